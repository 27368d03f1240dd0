# Nobody accepts what they may not answer: they would read that it is theirs, and nothing would be.

09:00 maya> /approval request credit Ship v7
      priya> /handoff offer APR-1 to @maya
      maya> /handoff accept HOF-1
      maya hears: Nothing of it would be yours: what Priya holds of it still, you may not answer. /handoff decline HOF-1 … leaves it with Priya
      case HOF-1: offered
      ledger: case.handed-over x0
      ledger: handoff.accepted x0
