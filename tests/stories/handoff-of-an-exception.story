# Whoever receives an exception answers for it from then on, and whoever has it in hand hands that on as well.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 12:00 control="a second reader" It is on its way
      dev> /exception proof EXC-1 20 read, none wrong
      maya> /handoff offer EXC-1 to @jonas
      card HOF-1: 1. EXC-1
      jonas> /handoff accept HOF-1
      jonas hears: it is yours from now on
12:00 duty EXC-1 answer-expiry: owed, holders jonas
      @jonas: EXC-1 · expired
      maya> /exception close EXC-1 Done
      maya hears: Ask
      jonas> /exception close EXC-1 The report is there
      case EXC-1: closed
