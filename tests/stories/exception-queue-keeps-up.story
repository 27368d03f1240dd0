# As many come, and are ruled on as fast: no incident.

09:00 maya> /exception raise credit waiting First
      jonas> /exception raise credit waiting Second
      dev> /exception triage EXC-1
      dev> /exception triage EXC-2
09:10 arjun> /exception refuse EXC-1 No
      arjun> /exception refuse EXC-2 No
      maya> /exception raise credit waiting Third
      jonas> /exception raise credit waiting Fourth
      maya> /exception raise credit waiting Fifth
      dev> /exception triage EXC-3
      dev> /exception triage EXC-4
      dev> /exception triage EXC-5
09:20 sofia> /exception refuse EXC-3 No
      sofia> /exception refuse EXC-4 No
      sofia> /exception refuse EXC-5 No
      not #credit: INC-1
      ledger: incident.opened x0
