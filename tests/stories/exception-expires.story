# At its end it is out of force at once, wherever one looks, and whoever raised it owes what follows.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 10:00 control="a second reader" For an hour
09:59:59 maya> /exception list
      maya hears: EXC-1 “The report comes late” · credit, granted · late-report · in force
      maya> /exception status EXC-1
      maya hears: In force: yes, until 10:00
      maya> /exception catch-up EXC-1
      maya hears: In force: yes, until 10:00
      maya> /sla digest
      maya hears: exceptions: asked 1, granted 1, in force 1 (59 min in all)
10:00:00 #credit: EXC-1 · expired 10:00, not in force any more ... Say what follows by Tue 24 Nov 10:00: @maya
      @maya: EXC-1 · expired 10:00 ... [Renew] [Close]
      @dev: EXC-1 · expired
      @greta: EXC-1 · expired
      card EXC-1: State: expired · 10:00 ... In force: no
      duty EXC-1 answer-expiry: owed, due Tue 24 Nov 10:00, holders maya
      maya> /exception list
      maya hears: EXC-1 “The report comes late” · credit, expired · late-report · answer to the expiry
      maya does not hear: in force
      maya> /exception status EXC-1
      maya hears: In force: no
      maya> /exception catch-up EXC-1
      maya hears: In force: no
      maya> /sla digest
      maya hears: exceptions: asked 1, granted 1, expired 1, in force 0 (1 h in all)
# Nobody answers: it is late, and not in force by that.
Tue 10:00 @maya: EXC-1 · answer to the expiry is late
      card EXC-1: In force: no
      maya> /exception close EXC-1 The report is there
      duty EXC-1 answer-expiry: met-late
      case EXC-1: closed
