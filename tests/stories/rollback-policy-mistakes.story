# What it says of a policy's mistakes: the one in force stays.

09:00 the policy says: authorise = ["command", "governance"]\nrun_by => authorise = []\nrun_by
      greta> /sla reload
      greta hears: nobody authorises a rollback of credit
      the policy says: authorise = []\nrun_by => authorise = ["command", "govrnance"]\nrun_by
      greta> /sla reload
      greta hears: unknown role “govrnance”
      the policy says: authorise = ["command", "govrnance"]\nrun_by => authorise = ["command", "governance"]\nrun_by
      the policy says: compare = ["contain"] => compare = ["roll-back"]
      greta> /sla reload
      greta hears: “roll-back” is what the others are compared with
      the policy says: compare = ["roll-back"] => compare = ["contain"]
      the policy says: text = "Say so to whoever waits"\nrole = "triage"\nway = "contain" => text = "Say so to whoever waits"\nrole = "triage"\nway = "stay"
      greta> /sla reload
      greta hears: whoever stays does nothing
      ledger: policy.loaded x1
