# Who stands in for the receiver answers for them; what is handed over is the receiver's.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      lena> /approval delegate @dev until 12:00 Dentist
      arjun> /handoff offer INC-1 to @lena
      arjun hears: offered: Dev answers by 11:00
      @dev: HOF-1 · Arjun hands over
      arjun> /handoff accept HOF-1 first=INC-1 next=command
      arjun hears: Ask Dev
      dev> /handoff accept HOF-1 first=INC-1 next=command
      card INC-1: Lead: Lena
      dev> /handoff timeline HOF-1
      dev hears: Dev for Lena accepted
