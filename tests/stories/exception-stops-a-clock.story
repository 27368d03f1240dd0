# An exception about an approval stops its clock while it is in force, where its class says so; at the end what was left goes on.

09:00 maya> /approval request credit Ship v7
      duty APR-1 decide: owed, due 11:00
      jonas> /exception raise credit waiting "Two more hours for APR-1" on=APR-1
      #credit: EXC-1 · triage ... raised by Jonas about APR-1
      dev> /exception triage EXC-1
      duty APR-1 decide: owed, due 11:00
09:30 arjun> /exception grant EXC-1 until 11:30 The lab is closed
      #credit: APR-1 · clock stands still until 11:30 at most: decision ... EXC-1 is in force
      duty APR-1 decide: paused
      card EXC-1: Jonas asks for an exception about APR-1
11:00 nobody is told: is late
      duty APR-1 decide: paused
11:30 #credit: APR-1 · decision is due at 13:00: the clock runs again ... EXC-1 is in force no more
      duty APR-1 decide: owed, due 13:00, paused 2 h
      #credit: EXC-1 · expired 11:30
13:00 #credit: APR-1 · decision is late
# What is late stays late: no exception stops a clock that has run out.
      jonas> /exception raise credit waiting "More time for APR-1" on=APR-1
      dev> /exception triage EXC-2
      arjun> /exception grant EXC-2 until 1d The lab is closed
      duty APR-1 decide: late, due 13:00
      not #credit: APR-1 · clock stands still
