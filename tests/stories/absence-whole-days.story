# The first and the last day of an absence belong to it: a day alone begins with its first minute where something begins, and belongs to it whole where it lasts.

09:00 anika> /approval away 2026-11-24 from=2026-11-24 Training
      anika hears: Anika is away
2026-11-24 10:00 maya> /approval request credit Ship v7
      @priya: APR-1
      not @anika: APR-1
      duty APR-1 decide: owed, holders priya tomas
2026-11-25 00:00 maya> /approval request credit Ship v8
      duty APR-2 decide: owed, holders priya tomas anika
