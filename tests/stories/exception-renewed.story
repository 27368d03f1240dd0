# A renewal is a ruling of its own, by somebody other than who asked; what was agreed before stays as it was.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 1d control="a second reader" For a day
10:00 maya> /exception renew EXC-1 until 3d The vendor needs longer
      maya hears: asked for; Arjun or Sofia rules on the renewal by 14:00, and without one it is in force until Tue 24 Nov 09:00, as granted
      #credit: EXC-1 · rule on the renewal by 14:00, wanted until Thu 26 Nov 10:00 ... Maya asks for it ... “The vendor needs longer”
      @sofia: EXC-1 · rule on the renewal ... [Renew] [Refuse]
      card EXC-1: In force: yes, until Tue 24 Nov 09:00
      jonas> /exception renew EXC-1 until 4d Me too
      jonas hears: Wait for the ruling: Maya asked for a renewal of EXC-1 at 10:00 already.
11:00 sofia> /exception renew EXC-1 until 2d Two days, no more
      sofia hears: renewed until Wed 25 Nov 11:00; that is renewal 1
      #credit: EXC-1 is renewed until Wed 25 Nov 11:00 · Sofia ... renewal 1
      @maya: EXC-1 is renewed
      card EXC-1: Arjun ruled: granted 09:00 until Tue 24 Nov 09:00 ... Sofia ruled: renewed 11:00 until Wed 25 Nov 11:00
      card EXC-1: Control: “a second reader”
12:00 dev> /exception proof EXC-1 All of them read
# The first end passes, and nothing ends.
Tue 09:00 nobody is told: expired
      case EXC-1: granted
      maya> /exception status EXC-1
      maya hears: In force: yes, until Wed 25 Nov 11:00
