# Those who rule on it take it out of force, with a reason; its end comes all the same.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 12:00 control="a second reader" Until noon
      jonas> /exception suspend EXC-1 I don't like it
      jonas hears: suspending EXC-1 is for command and governance
      card EXC-1: In force: yes
10:00 greta> /exception suspend EXC-1 The second reader is away
      #credit: EXC-1 · suspended, not in force any more · Greta ... “The second reader is away”
      card EXC-1: In force: no
      arjun> /exception renew EXC-1 until 1d Longer
      arjun hears: Lift the suspension first
12:00 #credit: EXC-1 · expired 12:00
      case EXC-1: expired
      sofia> /exception lift EXC-1 Back
      sofia hears: EXC-1 is expired already
