# Somebody is away and nobody stands in: the others of the role are asked, and who is away is left alone.

09:00 anika> /approval away until 2026-11-24 09:00 Training
      anika hears: Delegation no. 1: Anika is away; the other holders remain.
      maya> /approval request credit Ship v7
      @priya: APR-1
      not @anika: APR-1
      duty APR-1 decide: owed, holders priya tomas
10:00 @priya: APR-1 · decision is due at 11:00
      not @anika: APR-1
      anika> /approval approve APR-1
      anika hears: Ask Priya or Tomas
# Everybody of the next role is away: the absent are asked all the same, since word that goes up the ladder must reach somebody.
10:05 greta> /approval away until 2026-11-24 09:00 Illness
      greta hears: Greta is away
11:00 #credit: APR-1 · decision is late, due 11:00 · escalated to @greta (governance)
      @greta: APR-1 · decision is late
      greta> /approval approve APR-1
      greta hears: 1 of 2
