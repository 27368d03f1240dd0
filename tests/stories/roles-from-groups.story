# A role is held by the members of a Slack user group too. Who joins or leaves the group takes up or hands on what is owed, and an account that is gone is told.
local: on Slack the workspace itself says who is in a group, and a closed account types nothing; told in roles-from-slack-groups

09:00 the policy says: priya = { name = "Priya", party = "risk", zone = "UTC" } => priya = { name = "Priya", party = "risk", zone = "UTC", slack = "U0PRIYA" }
      the policy says: ines = { name = "Ines", party = "risk", zone = "UTC" } => ines = { name = "Ines", party = "risk", zone = "UTC", slack = "U0INES" }
      the policy says: members = ["priya", "tomas", "anika"] } => members = ["tomas", "anika"], groups = ["slack:S0RISK"] }
      the operator reloads
      maya> /approval request credit Ship v7
      @tomas: APR-1
      not @priya: APR-1
      priya> /approval approve APR-1
      priya hears: is for model-risk
      on slack S0RISK: U0PRIYA, U0STRANGER
      ledger: platform.roster x1
      duty APR-1 decide: owed, holders tomas anika priya
# Told again, nothing changes.
      on slack S0RISK: U0PRIYA, U0STRANGER
      ledger: platform.roster x1
      priya> /approval approve APR-1
      priya hears: 1 of 2
# A restart and a new policy keep who is in the group.
      the bot stops
      the bot is back
      the policy says: name = "Story bank" => name = "Another story bank"
      the operator reloads
      maya> /approval request credit Ship v8
      priya> /approval approve APR-2
      priya hears: 1 of 2
      on slack S0RISK: U0INES; gone: U0PRIYA
      #ops: Priya's account on slack is gone
      maya> /approval request credit Ship v9
      priya> /approval approve APR-3
      priya hears: is for model-risk
      ines> /approval approve APR-3
      ines hears: 1 of 2
