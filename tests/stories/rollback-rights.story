# Who may propose, and who may hold changes, the policy says.

09:00 ravi> /rollback propose credit from=v7 to=v6 "Scores drift"
      ravi hears: proposing a rollback is for triage, command, product and model-risk
      ravi> /rollback drill credit from=v7 to=v6 "For practice"
      ravi hears: calling a drill is for
      ravi> /rollback freeze credit until 12:00 I want to
      ravi hears: holding changes is for command and governance
      not #credit: RBK-1
      not #credit: held
      ledger: release.frozen x0
