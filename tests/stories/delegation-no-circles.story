# Duties that are handed round in a circle would be owed by nobody.

09:00 priya> /approval delegate @tomas until friday 17:00 Holiday
      priya hears: Delegation no. 1
      tomas> /approval delegate @anika until friday 17:00 Holiday
      tomas hears: Delegation no. 2
      anika> /approval delegate @priya until friday 17:00 Holiday
      anika hears: Name somebody else, or end that delegation first: the duties would go round in a circle, Anika → Priya → Tomas → Anika
      nobody is told: stands in for Anika
      ledger: delegation.set x2
# At another time it is no circle.
      anika> /approval delegate @priya until 2026-12-04 17:00 from=2026-11-30T09:00:00Z Holiday
      anika hears: Delegation no. 3
# A deputy's deputy answers, once for all the seats.
      maya> /approval request credit Ship v7
      duty APR-1 decide: owed, holders anika
      maya hears: Add somebody to model-risk, or set a deputy: 2 answers are needed and only Anika can give one now
      @anika: APR-1
      not @priya: APR-1
      not @tomas: APR-1
      anika> /approval approve APR-1
      anika hears: 1 of 2
      anika> /approval approve APR-1
      anika hears: You have answered APR-1 already
      case APR-1: requested
