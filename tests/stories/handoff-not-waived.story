# Nobody waives the answer of a receiver: whoever offers withdraws.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      greta> /handoff waive HOF-1 duty=accept-handoff No time
      greta hears: /handoff withdraw HOF-1 why ends it
      duty HOF-1 accept-handoff: owed, due 11:00
      case HOF-1: offered
