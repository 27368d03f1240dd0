# What its giver doesn't hold any more by then isn't moved by an old offer.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
09:30 maya> /incident withdraw INC-1 It was a test
      lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: Arjun holds none of it any more: INC-1 isn't theirs any more
      case HOF-1: offered
      ledger: case.handed-over x0
