# The control is shown to work again and again, in words or by a link: the next proof is due a cadence after the last one.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 4d control="a second reader" For four days
15:00 maya> /exception proof EXC-1 I looked
      maya hears: Ask Dev or Lena
      dev presses Show the control on EXC-1
      dev hears: form exception.proof:EXC-1
      dev submits: text = 20 read, none wrong
      dev hears: the proof is kept; the next one is due Tue 24 Nov 15:00
      #credit: EXC-1 · Dev showed that the control works · next proof by Tue 24 Nov 15:00 ... “20 read, none wrong”
      duty EXC-1 prove-control: owed, due Tue 24 Nov 15:00
      card EXC-1: Last proof: 15:00, Dev: “20 read, none wrong”
Tue 14:00 lena> /exception proof EXC-1 https://wiki.example/samples
      card EXC-1: Last proof: 14:00, Lena ... https://wiki.example/samples
      duty EXC-1 prove-control: owed, due Wed 25 Nov 14:00
      case EXC-1: granted
      ledger: exception.suspended x0
