# A policy with a mistake is refused as a whole, with its line; the one in force stays.

09:00 the policy says: within = "4h"\nladder = "plain"\n\n[[paths.go-live.stages]] => within = "4h"\nladder = "plian"\n\n[[paths.go-live.stages]]
      the policy says: severity = "sev2"\nholder = "triage"\nwithin = "1h" => severity = "sev2"\nholder = "triage"\nwithin = "30m"
      greta> /sla reload
      greta hears: The policy was not reloaded; the one in force stays. ... “plian”
      greta hears: plain
      not #ops: A new policy
      ledger: policy.loaded x1
      maya> /incident open credit sev2 Scores drift
      duty INC-1 acknowledge: owed, due 10:00
