# A button in the channel, a direct message, a slash command, words in the thread: one command, one set of checks, one count.

09:00 maya> /approval request credit Ship v7
      priya presses Approve in a message
      priya hears: 1 of 2
      ravi presses Approve on APR-1
      ravi hears: Ask Tomas or Anika: the decision on APR-1 is for model-risk
      ravi> /approval ok APR-1
      ravi hears: the decision on APR-1 is for model-risk
      ravi in thread APR-1> @countersign approve
      ravi hears: the decision on APR-1 is for model-risk
      ledger: approval.voted x1
      anika dm> /approval yes APR-1
      anika hears: approved
      case APR-1: approved
      ledger: approval.voted x2
