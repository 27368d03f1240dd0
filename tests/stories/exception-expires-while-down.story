# The bot is down at the end: it ended when that was agreed, and nobody was told that it was in force after that.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 10:00 control="a second reader" For an hour
09:30 the bot stops
12:00 the bot is back
      #credit x1: EXC-1 · expired 10:00, not in force any more
      @maya: EXC-1 · expired 10:00
      card EXC-1: State: expired · 10:00 ... In force: no
      maya> /exception timeline EXC-1
      maya hears: It expired 10:00
      maya> /sla digest
      maya hears: expired 1, in force 0 (1 h in all)
