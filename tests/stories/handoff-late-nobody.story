# An offer that nobody accepts leaves everything where it was, however late it gets.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
11:15 @greta: HOF-1 · acceptance is late
      case HOF-1: offered
      card INC-1: Lead: Arjun
      duty INC-1 resolve: owed, due 19:00, holders arjun sofia
      arjun> /handoff withdraw HOF-1 Nobody takes it
      case HOF-1: withdrawn
      ledger: case.handed-over x0
