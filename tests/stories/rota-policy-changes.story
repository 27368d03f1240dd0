# Another policy, other turns: who is on by the new one is told at once, and what a role owes goes there. Nobody who stays on hears anything.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      maya> /incident open credit sev3 Scores drift
      the policy says: name = "The triage desk" => name = "The desk"
      the operator reloads
      not @dev: You are on
      duty INC-1 acknowledge: owed, holders dev
      the policy says: members = ["dev", "lena", "arjun"] => members = ["arjun", "lena"]
      the operator reloads
      @arjun: You are on desk now ... You take over from Dev
      duty INC-1 acknowledge: owed, due 13:00, holders arjun
      not @lena: You are on
      the policy says: rota = "desk" } => members = ["sofia", "dev"] }
      the operator reloads
      duty INC-1 acknowledge: owed, due 13:00, holders sofia dev
      not @arjun: You are on
