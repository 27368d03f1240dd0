# A role that was offered twice is handed over once: whoever accepts second is told so, and gets the rest.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer role=command to=@lena
      arjun> /handoff offer role=command to=@dev
      greta> /handoff leaving @arjun to @sofia
      card HOF-3: 1. the role command ... 2. INC-1
09:10 dev> /handoff accept HOF-2 first=INC-1 next=command
      dev hears: it is yours from now on
      lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: Arjun holds none of it any more: command is with Dev or Sofia by now. /handoff decline HOF-1 … ends it
      case HOF-1: offered
      ledger: seat.handed x1
      duty INC-1 resolve: owed, due 19:00, holders dev sofia
      sofia> /handoff accept HOF-3 first=INC-1 next=command
      sofia hears: it is yours from now on
      sofia hears: What Arjun doesn't hold any more doesn't go along: command
      card HOF-3: 1. the role command · Arjun didn’t hold it any more
      card INC-1: Lead: Sofia
      ledger: seat.handed x1
