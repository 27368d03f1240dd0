# Where the policy says so, the clock that it had stopped starts anew with the whole target; closing it early has the same effect.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
      duty INC-1 resolve: owed, due 19:00
      jonas> /exception raise credit one-reader "Hold on INC-1" on=INC-1
      dev> /exception triage EXC-1
      tomas> /exception recommend EXC-1 grant The regulator looks at it
09:30 greta> /exception grant EXC-1 until 2d The regulator looks at it
      duty INC-1 resolve: paused
      #credit: INC-1 · clock stands still until Wed 25 Nov 09:30 at most: resolution
12:00 henrik> /exception close EXC-1 They are done
      henrik hears: closed: it is not in force from now on
      #credit: INC-1 · resolution is due at 22:00: the clock runs again ... EXC-1 is in force no more, and the time starts anew
      duty INC-1 resolve: owed, due 22:00
      ledger: duty.restarted x1
# Nothing of it stops the clock again.
2026-11-25 09:30 not #credit: INC-1 · clock stands still
