# What was asked, granted, renewed, refused and has expired, and for how long exceptions were in force; and how the SLA was kept
# without the answers whose clock one had stopped.

09:00 maya> /exception raise credit late-report One
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 11:00 control="a second reader" Two hours
      maya> /exception raise credit waiting Two
      dev> /exception triage EXC-2
      arjun> /exception refuse EXC-2 No
      maya> /approval request credit Ship v7
      jonas> /exception raise credit waiting "More time" on=APR-1
      dev> /exception triage EXC-3
      arjun> /exception grant EXC-3 until 10:00 The lab is closed
10:00 dev> /exception proof EXC-1 All of them read
      arjun> /exception renew EXC-1 until 13:00 Two more
10:30 priya> /approval approve APR-1
      tomas> /approval approve APR-1
Tue 12:00 maya> /sla digest 2026-11-23..2026-11-23
      maya hears: without 1 whose clock an exception stopped
      maya hears: exceptions: asked 3, granted 2, renewed 1, refused 1, expired 2, in force 0 (5 h in all)
# As of a moment before, as it was then.
      maya> /sla digest 2026-11-23..2026-11-23 as-of=2026-11-23 09:30
      maya hears: exceptions: asked 3, granted 2, refused 1, in force 2 (1 h in all)
      maya does not hear: expired
