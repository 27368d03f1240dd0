# A request that is taken back and one that another takes the place of are told apart, and neither is a decline.

09:00 maya> /approval request credit Ship v7
      jonas> /approval withdraw APR-1 not this week
      jonas hears: withdrawing somebody else's request is for governance
      maya> /approval withdraw APR-1 not this week
      #credit: APR-1 is withdrawn · Maya ... not this week
      case APR-1: withdrawn
      not @maya: APR-1
      maya> /approval request credit Ship v8
      maya> /approval request credit Ship v8.1
      priya> /approval supersede APR-2 by APR-3
      priya hears: Only Maya can do that on APR-2
      maya> /approval supersede APR-2 by APR-2
      maya hears: APR-2 can't be it
      maya> /incident open credit sev4 A near miss
      maya> /approval supersede APR-2 by INC-1
      maya hears: can't be it
      case APR-2: requested
      maya> /approval supersede APR-2 by APR-3
      maya hears: superseded by APR-3
      #credit: APR-2 is superseded · Maya ... APR-3 takes its place
      card APR-2: State: superseded by APR-3
      priya> /approval approve APR-2
      priya hears: APR-2 is superseded already ... Go on with APR-3.
10:00 nobody is told: APR-1 is due
      nobody is told: APR-2 is due
      @priya: APR-3 · decision is due at 11:00
      ledger: approval.declined x0
      ledger: approval.withdrawn x1
      ledger: approval.superseded x1
