# A late acceptance climbs, and whoever is called in can press for it, not take it in the receiver's place.

09:00 maya> /incident open credit sev2 Wrong limits
      dev> /incident role INC-1 lead
      dev> /handoff offer INC-1 to @lena
10:00 @lena: HOF-1 · acceptance is due at 11:00
11:00 #credit: HOF-1 · acceptance is late
      @arjun: HOF-1
      duty HOF-1 accept-handoff: late, due 11:00
      arjun> /handoff accept HOF-1
      arjun hears: Ask Lena
      not card INC-1: Lead: Lena
11:10 lena> /handoff accept HOF-1 first=INC-1
      case HOF-1: accepted
      duty HOF-1 accept-handoff: met-late
