# A way out for which the policy has no step is none: nobody would do anything, and it would be confirmed all the same.

09:00 maya> /rollback propose credit from=v7 to=v8 "Scores drift" way=fix-forward
      maya hears: Take another way out (roll-back or contain), or ask an operator to write steps with `way = "fix-forward"` under `[[rollback.credit.steps]]`
      not #credit: RBK-1
      maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      maya> /rollback retarget RBK-1 to=v8 way=fix-forward v8 is there
      maya hears: Take another way out
      not card RBK-1: v8
      ledger: rollback.retargeted x0
