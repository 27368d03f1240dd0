# Nobody is offered what they may not answer: they would read that it is theirs, and nothing would be. What comes to that by the time is accepted by nobody.

09:00 maya> /approval request credit Ship v7
      priya> /handoff offer APR-1 to @maya
      priya hears: Offer it to somebody else: with Priya stays what the receiver may not answer, the decision on APR-1, for Priya, Tomas or Anika. A seat in a role goes with
      ledger: handoff.offered x0
      priya> /handoff offer APR-1 to @tomas
      tomas> /approval approve APR-1
      priya> /approval approve APR-1
      tomas> /handoff accept HOF-1
      ledger: case.handed-over x0
      ledger: handoff.accepted x0
