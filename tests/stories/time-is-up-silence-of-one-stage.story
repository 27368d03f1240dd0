# Silence answers for the stage that was silent, not for the people of the stages after it.

09:00 the policy says: [may]\nopen_incident => [paths.two]\nname = "Two stages"\nwhen_time_is_up = "approve"\n\n[[paths.two.stages]]\nrole = "model-risk"\nwithin = "1h"\nladder = "plain"\n\n[[paths.two.stages]]\nrole = "chief-risk"\nwithin = "2h"\nladder = "plain"\n\n[may]\nopen_incident
      the operator reloads
      operator hears: is in force
      maya> /approval request credit Ship v7 path=two
10:00 case APR-1: requested
      #credit: APR-1 · Maya asks chief-risk to decide
      @henrik: APR-1 · Maya asks chief-risk
      duty APR-1 decide #1: void
      duty APR-1 decide #2: owed, due 12:00, holders henrik ines
      nobody is told: is approved
      ledger: approval.approved x0
11:00 henrik> /approval decline APR-1 Not without the report
      case APR-1: declined
# Where both are silent, both are late, and then silence approves it.
      maya> /approval request credit Ship v8 path=two
12:00 case APR-2: requested
14:00 case APR-2: approved
      #ops: APR-2 is approved ... silence approves
      ledger: duty.late x3
