# What asked for an answer says afterwards which one it was.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception refuse EXC-1 The rule is there for this
      edited @sofia: EXC-1 · refused 09:00 by Arjun
      maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      ravi> /rollback no-go RBK-1 The month-end run is on
      edited @elena: RBK-1 · no-go said 09:00 by Ravi
      arjun> /rollback deny RBK-1 The fault is in the data
      edited @sofia: RBK-1 · refused 09:00 by Arjun
      maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff decline HOF-1 I lead two incidents already
      edited @lena: HOF-1 · declined 09:00 by Lena
      not @lena: accepted
