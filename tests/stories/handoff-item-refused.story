# What is refused stays with its giver and climbs; the rest moves.

09:00 maya> /incident open credit sev2 Wrong limits
      maya> /incident open credit sev2 Wrong rates
      arjun> /incident role INC-1 lead
      arjun> /incident role INC-2 lead
09:10 greta> /handoff leaving @arjun to @lena
      card HOF-1: 1. the role command
      card HOF-1: 2. INC-1
      card HOF-1: 3. INC-2
09:20 lena> /handoff refuse HOF-1 3 I was in the team that set them
      lena hears: INC-2 stays with Arjun
      #credit: HOF-1 · Lena refused item 3, INC-2: it stays with Arjun
      @greta: says what becomes of it
      duty HOF-1 place-refused: owed, due 13:20
      case HOF-1: offered
09:30 lena> /handoff accept HOF-1 first=INC-1 next=command
      case HOF-1: accepted
      card INC-1: Lead: Lena
      not card INC-2: Lead: Lena
      card HOF-1: 3. INC-2 · refused by Lena
      greta> /handoff place HOF-1 Sofia leads INC-2 from noon
      duty HOF-1 place-refused: met
