# Also a button of an older direct message is refused after the action was changed: nobody approves what they haven't seen.

09:00 maya> /approval request credit "Ship v7" action="deploy scoring:v7 --canary 5"
      @priya: APR-1 ... [Approve]
# Priya's messages stop here; she presses the button of the one she has.
09:10 priya looks at APR-1
      maya> /approval amend APR-1 deploy scoring:v7 --all
      priya presses Approve on APR-1 as seen
      priya hears: was changed
      duty APR-1 decide: owed, votes 0
      ledger: approval.voted x0
