# A workflow whose way back the policy doesn't define can't be rolled back: nobody would know who authorises it.
policy: tests/stories/law.toml

09:00 arjun> /rollback propose credit from=v2 to=v1 "Scores drift"
      arjun hears: Ask an operator to define how credit goes back, under [rollback.credit]
      not #credit: RBK-1
      arjun> /rollback drill credit from=v2 to=v1 "For practice"
      arjun hears: Ask an operator to define
      arjun> /rollback propose credti from=v2 to=v1 "Scores drift"
      arjun hears: Did you mean
      ledger: rollback.proposed x0
