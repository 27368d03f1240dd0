# The same by the menu of a message on Discord, and what is ruled on stands in a group of its own there.
platform: discord

09:00 maya> The November report will be late
      jonas uses Raise exception on maya's message
      jonas hears: form exception.raise
      jonas submits: workflow = credit; class = late-report; title = The November report will be late
      jonas hears: raised
      #credit: EXC-1 · triage by
      dev presses Triage on EXC-1
      arjun> /exception refuse EXC-1 It can be made today
      case EXC-1: refused
      ledger: exception.granted x0
