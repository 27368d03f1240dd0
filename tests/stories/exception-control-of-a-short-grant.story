# A grant that is shorter than its control's cadence has it shown all the same, and so does each renewal: nothing runs unproven.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 12h control="a second reader" For today
      duty EXC-1 prove-control: owed, due 18:00
18:00 #credit: EXC-1 · suspended, not in force any more · the proof of its control is missing
      case EXC-1: suspended
      maya> /exception raise credit late-report The next one comes late, too
      dev> /exception triage EXC-2
      arjun> /exception grant EXC-2 until 12h control="a second reader" Until the morning
      duty EXC-2 prove-control: owed, due Tue 03:00
19:00 dev> /exception proof EXC-2 10 read, none wrong
      dev hears: it ends before the next one would be due
20:00 sofia> /exception renew EXC-2 until 2026-11-24 19:30 It comes tomorrow
      duty EXC-2 prove-control: owed, due Tue 19:00
      ledger: exception.suspended x1
