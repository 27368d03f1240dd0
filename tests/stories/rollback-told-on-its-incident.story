# The incident that it is about says how it stands with it; a restricted one tells nobody outside.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
      dev> /rollback propose credit from=v7 to=v6 on=INC-1 "Scores drift"
      @arjun: RBK-1 · authorise by ... about INC-1
      maya> /incident timeline INC-1
      maya hears: RBK-1, roll-back from “v7” to “v6”, is proposed
      arjun> /rollback deny RBK-1 The fault is in the data
      maya> /incident timeline INC-1
      maya hears: RBK-1, roll-back from “v7” to “v6”, is refused
      arjun> /incident restrict INC-1 It names people
      dev> /rollback propose credit from=v7 to=v5 on=INC-1 "Scores drift"
      not #credit: RBK-2
      ledger: case.observed x2
