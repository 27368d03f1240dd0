# Two people press at the same moment: both are counted once, and the thing is decided once.

09:00 maya> /approval request credit Ship v7
09:10 priya & tomas press Approve on APR-1
      case APR-1: approved
      #credit x1: is approved
      @maya x1: is approved
      ledger: approval.voted x2
      ledger: approval.approved x1
# Two acknowledge the same incident: the second hears who was faster.
      maya> /incident open credit sev2 Scores drift
09:20 dev & lena press Acknowledge on INC-1
      ledger: incident.acknowledged x1
      #credit x1: INC-1 is acknowledged
      duty INC-1 acknowledge: met
# The same press told twice by the platform is one press.
      maya> /approval request credit Ship v8
      priya presses Approve on APR-2
      priya hears: 1 of 2
      again
      priya hears: your approval is recorded, 1 of 2 ... It is for revision 1, SHA-256
      nobody is told anything
      ledger: approval.voted x3
      card APR-2: model-risk · 1 of 2
      priya presses Approve on APR-2
      priya hears: You have answered APR-2 already. Your answer stands.
      ledger: approval.voted x3
