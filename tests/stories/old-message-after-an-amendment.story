# A button of an older direct message is refused after the action was changed: nobody approves what they haven't read.

09:00 maya> /approval request credit "Ship v7" action="deploy scoring:v7 --canary 5"
      @priya: APR-1 ... [Approve]
10:00 @tomas: APR-1 is due at 11:00 ... [Approve]
10:10 maya> /approval amend APR-1 deploy scoring:v7 --all
      @priya: APR-1 · Maya changed the action: revision 2
      priya presses Approve in the first message
      priya hears: The action of APR-1 was changed after that button was drawn.
      tomas presses Decline in the first message
      tomas submits: reason = too small
      tomas hears: The action of APR-1 was changed after that button was drawn.
      case APR-1: requested
      duty APR-1 decide: owed, votes 0
      ledger: approval.voted x0
# The newer message has a newer button.
      priya presses Approve in a message
      priya hears: 1 of 2
