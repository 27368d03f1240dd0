# Everything goes by form and button as well; what is missing is asked for.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1
      arjun hears: form handoff.offer: on=INC-1
      arjun submits: to = lena
      arjun hears: offered: Lena answers by 11:00
      lena presses Accept on HOF-1
      lena hears: form handoff.accept:HOF-1
      lena submits: first = INC-1; next = command
      lena hears: it is yours from now on
      case HOF-1: accepted
      arjun presses It was understood on HOF-1
      arjun hears: confirmed
      lena> /handoff offer INC-77 to @arjun
      lena hears: I can't find INC-77.
      ledger: handoff.offered x1
