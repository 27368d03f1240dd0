# Nothing is dropped between two chairs: what is declined stays, and somebody owes a place for it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      dev> /handoff decline HOF-1 Not mine to say
      dev hears: Ask Lena
09:10 lena> /handoff decline HOF-1 I lead two incidents already
      lena hears: declined: all of it stays with Arjun
      case HOF-1: declined
      #credit: HOF-1 · Lena declined all of it: it stays with Arjun
      @arjun: HOF-1 · Lena declined all of it
      @greta: says what becomes of it
      duty HOF-1 accept-handoff: met
      duty HOF-1 place-refused: owed, due 13:10
      ledger: case.handed-over x0
      lena> /handoff accept HOF-1
      lena hears: HOF-1 is declined already
