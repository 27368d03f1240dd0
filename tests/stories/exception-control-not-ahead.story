# Nobody shows a control ahead: however often it is shown today, the next proof is due no later than the policy says after the last one.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 4d control="a second reader" For four days
10:00 dev> /exception proof EXC-1 20 read
      dev hears: the proof is kept; the next one is due Tue 24 Nov 10:00
      dev> /exception proof EXC-1 20 more read
      dev hears: the proof is kept; the next one is due Tue 24 Nov 10:00
      duty EXC-1 prove-control: owed, due Tue 24 Nov 10:00
      not card EXC-1: Wed 25 Nov 10:00
Tue 10:00 case EXC-1: suspended
      dev> /exception proof EXC-1 Read at last
      arjun> /exception lift EXC-1 It was shown
      arjun hears: lifted: it is in force again; its control is to be shown by Wed 25 Nov 10:00
