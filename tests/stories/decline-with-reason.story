# A decline needs a reason, one is enough whatever the quorum, and it is told as a decline.

09:00 maya> /approval request credit Ship v7
      priya> /approval approve APR-1
      tomas presses Decline on APR-1
      tomas hears: form approval.decline:APR-1:1
      case APR-1: requested
      tomas submits: reason =
      tomas hears: reason: 
      case APR-1: requested
      tomas in thread APR-1> @countersign decline
      tomas hears: “reason” is missing
      tomas presses Decline on APR-1
      tomas submits: reason = The bias report is missing
      #credit: APR-1 is declined · Tomas ... The bias report is missing
      @maya: APR-1 is declined · Tomas
      case APR-1: declined
      card APR-1: State: declined ... Reason: “The bias report is missing”
      duty APR-1 decide: met
      anika> /approval approve APR-1
      anika hears: APR-1 is declined already by Tomas
      case APR-1: declined
10:00 nobody is told: APR-1 is due
      ledger: approval.approved x0
      ledger: approval.lapsed x0
