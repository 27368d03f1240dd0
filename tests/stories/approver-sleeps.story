# The approver sleeps through the nudge; the next role hears at the deadline, and may answer from then on.

09:00 maya> /approval request credit Ship v7
09:10 priya> /approval approve APR-1
      greta> /approval approve APR-1
      greta hears: Ask Tomas or Anika: the decision on APR-1 is for model-risk
10:59 not @greta: is late
11:00 #credit: APR-1 · decision is late, due 11:00 · escalated to @greta (governance) · 1 of 2 ... waiting on @tomas or @anika
      @greta: APR-1 · decision is late
      not @henrik: APR-1
      not @priya: APR-1
      case APR-1: requested
      duty APR-1 decide: late, due 11:00, attributed risk
11:10 greta> /approval approve APR-1 stepping in
      #credit: APR-1 is approved · Greta
      @maya: APR-1 is approved · Greta
      duty APR-1 decide: met-late
14:00 not @henrik: APR-1
      nobody is told: is late
