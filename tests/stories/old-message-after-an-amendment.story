# After the action was changed, older messages ask nobody any more: nobody approves what they haven't read. The newer one does.

09:00 maya> /approval request credit "Ship v7" action="deploy scoring:v7 --canary 5"
      @priya: APR-1 ... [Approve]
10:00 @tomas: APR-1 · decision is due at 11:00
10:10 maya> /approval amend APR-1 deploy scoring:v7 --all
      @priya: APR-1 · decide again by ... Maya changed the action, revision 2 stands now ... deploy scoring:v7 --all ... [Approve]
      edited @priya: APR-1 · decision (model-risk) no longer needed since 10:10: the action was changed
      edited @tomas x2: APR-1 · decision (model-risk) no longer needed since 10:10: the action was changed
      not edited @tomas: [Approve]
      case APR-1: requested
      duty APR-1 decide: owed, votes 0
      priya presses Approve in a message
      priya hears: 1 of 2
