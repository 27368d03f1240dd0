# What a role owes is found by everybody who may answer: by those of an alternative role, and by those of a role that came in later.
channel: #claims

09:00 jonas> /approval request claims Go live
      priya> /approval approve APR-1 The figures hold
      tomas> /approval approve APR-1 They do
      duty APR-1 decide #2: owed, holders henrik ines greta
      greta dm> /sla mine
      greta hears: APR-1 · decision
      henrik dm> /sla mine
      henrik hears: APR-1 · decision
      priya dm> /sla mine
      priya does not hear: APR-1
09:30 maya> /approval request credit Ship v7 path=widening
      henrik dm> /sla mine
      henrik does not hear: APR-2
10:30 henrik dm> /sla mine
      henrik hears: APR-2 · decision
      priya dm> /sla mine
      priya hears: APR-2 · decision
      henrik> /approval approve APR-2
      priya dm> /sla mine
      priya does not hear: APR-2
