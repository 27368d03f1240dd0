# A delegation has dates and a reason. Before its beginning nothing moves; it ends early when one of the two says so.

09:00 priya> /approval delegate @ines until 2026-11-25 18:00 from=2026-11-24T09:00:00Z Conference
      priya hears: Delegation no. 1: Ines stands in for Priya
      @ines: @ines stands in for Priya from Tue 24 Nov 09:00 to Wed 25 Nov 18:00 ... Conference
      maya> /approval request credit Ship v7 path=go-live
      duty APR-1 decide: owed, holders priya tomas anika
      not @ines: APR-1
      priya> /approval delegate @henrik until 2026-11-26 12:00 from=2026-11-25T09:00:00Z Again
      priya hears: End it first with `/approval undelegate 1`: there is already a delegation from priya at that time, no. 1
      priya> /approval delegate @henrik until yesterday Late
      priya hears: must come after now
      priya> /approval delegate @priya until friday 17:00 Myself
      priya hears: Priya can't stand in for themselves
      ledger: delegation.set x1
Mon 11:00 @priya: APR-1 · decision is due at 13:00
      not @ines: APR-1
      maya> /approval withdraw APR-1 not now
Tue 08:59 nobody is told: stands in
Tue 09:00 @ines: @ines stands in for Priya
      maya> /approval request credit Ship v8
      duty APR-2 decide: owed, holders ines tomas anika
      @ines: APR-2
      not @priya: APR-2
Tue 09:30 henrik> /approval undelegate 1
      henrik hears: ending somebody else's delegation is for governance and command
      duty APR-2 decide: owed, holders ines tomas anika
      ines> /approval undelegate 1
      ines hears: Delegation no. 1 has ended; Priya holds their own duties again.
      @priya: APR-2 · decision ... by 11:00 is now with @priya
      duty APR-2 decide: owed, due 11:00, holders priya tomas anika
      @priya x1: Delegation no. 1 has ended
      nobody is told: INC-1
Wed 18:00 not @henrik: stands in
      @priya x1: Delegation no. 1 has ended
      ledger: delegation.ended x1
