# A grant that is shorter than its control's cadence has it shown all the same, by its end; over renewals the cadence goes on, so
# that short ones in a row don't run unproven.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 12h control="a second reader" For today
      duty EXC-1 prove-control: owed, due 21:00
      maya> /exception raise credit late-report The next one, too
      dev> /exception triage EXC-2
      arjun> /exception grant EXC-2 until 12h control="a second reader" For today
      maya> /exception raise credit late-report And the third
      dev> /exception triage EXC-3
      arjun> /exception grant EXC-3 until 12h control="a second reader" For today
19:00 dev> /exception proof EXC-3 10 read, none wrong
      dev hears: it ends before the next one would be due
20:00 sofia> /exception renew EXC-2 until 2026-11-24 19:30 It comes tomorrow
      duty EXC-2 prove-control: owed, due 21:00
      sofia> /exception renew EXC-3 until 2026-11-24 19:30 It comes tomorrow
      duty EXC-3 prove-control: owed, due Tue 24 Nov 19:00
21:00 case EXC-1: expired
      case EXC-2: suspended
      case EXC-3: granted
      ledger: exception.suspended x1
