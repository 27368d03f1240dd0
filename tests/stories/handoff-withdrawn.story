# Whoever offers it takes it back before it is accepted, and nothing has moved.

09:00 maya> /incident open credit sev2 Wrong limits
      dev> /incident role INC-1 lead
      dev> /handoff offer INC-1 to @lena
      lena> /handoff withdraw HOF-1 No
      lena hears: Ask Greta
      dev> /handoff withdraw HOF-1 I stay until tomorrow
      dev hears: withdrawn; Dev goes on holding all of it
      @lena: HOF-1 · withdrawn · Dev
      case HOF-1: withdrawn
      duty HOF-1 accept-handoff: void
      ledger: case.handed-over x0
