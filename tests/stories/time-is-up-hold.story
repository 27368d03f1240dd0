# The policy says hold: a late request stays open, is neither approved nor declined, and the ladder goes on.

09:00 maya> /approval request credit Ship v7
11:00 #credit: APR-1 · decision is late
      case APR-1: requested
      not @henrik: APR-1
12:00 @henrik: APR-1 · decision is late, due 11:00 · escalated to @henrik and @ines (chief-risk)
14:00 #credit: APR-1 · decision is still late, due 11:00, 3 h over
16:00 #credit: APR-1 · decision is still late, due 11:00, 5 h over
Wed 09:00 nobody is told: APR-2
      #credit x2: APR-1 · decision is still late
      case APR-1: requested
      not @maya: APR-1
      ledger: approval.approved x0
      ledger: approval.lapsed x0
      priya> /approval approve APR-1
      tomas> /approval approve APR-1
      case APR-1: approved
      duty APR-1 decide: met-late
