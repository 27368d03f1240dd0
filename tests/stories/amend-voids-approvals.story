# The approval is bound to the action to the letter. A changed action voids what was approved, and an old button is refused.
not on discord: it refuses a press on a button that the message has no more

09:00 maya> /approval request credit "Ship v7" action="deploy scoring:v7 --all"
      card APR-1: Maya asks for this: deploy scoring:v7 --all ... revision 1
      priya presses Approve on APR-1
      tomas looks at APR-1
09:20 jonas> /approval amend APR-1 deploy scoring:v7 --canary 5
      jonas hears: Only Maya can do that on APR-1
      maya> /approval amend APR-1 deploy scoring:v7 --all
      maya hears: That is the action of APR-1 as it stands; nothing changed.
      maya> /approval amend APR-1 deploy scoring:v7 --canary 5
      maya hears: the action is changed, revision 2
      #credit: APR-1 · decide again by 11:20: Maya changed the action, revision 2 stands now ... Approvals given before are void
      @priya: APR-1 · decide again by 11:20: Maya changed the action
      card APR-1: deploy scoring:v7 --canary 5 ... model-risk · 0 of 2 ... revision 2
      not card APR-1: --all
      not card APR-1: Priya approved
      duty APR-1 decide #1: void
      duty APR-1 decide #2: owed, due 11:20, votes 0
      tomas presses Approve on APR-1 as seen
      tomas hears: Read the card again and press the new button: the action of APR-1 was changed after that one was drawn.
      duty APR-1 decide #2: owed, votes 0
      tomas presses Approve on APR-1
      tomas hears: 1 of 2
# A button that is out of date says how it stands.
      anika looks at APR-1
      priya presses Approve on APR-1
      case APR-1: approved
      anika presses Approve on APR-1 as seen
      anika hears: APR-1 is approved already by Priya since 09:20. Nothing more is needed.
11:00 nobody is told: APR-1 is due
      ledger: approval.voted x3
      ledger: approval.amended x1
