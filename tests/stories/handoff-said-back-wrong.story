# A wrong answer is no refusal: both see what is so, and the giver puts it right.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
09:05 lena> /handoff accept HOF-1 first=APR-7 next=governance
      lena hears: Not all of what you said back is so
      #credit: HOF-1 · Lena said it back: 2 things not as it is
      #credit: Runs out first: APR-7 · it is INC-1
      @arjun: Hears next: governance · it is command
      case HOF-1: accepted
      card HOF-1: Runs out first: said back: APR-7 · it is INC-1
      arjun> /handoff correct HOF-1 The incident runs out, at 19:00, and then command hears
      @lena: HOF-1 · Arjun puts right what was said back
      card HOF-1: Put right: Arjun
      duty HOF-1 stay-reachable: met
      ledger: handoff.declined x0
