# On Slack itself: who joins or leaves a user group takes up or hands on what a role owes, the group is asked for as soon as a new policy names it, and an account that is closed is told.
platform: slack

09:00 on slack S0RISK: U0PRIYA
      the policy says: members = ["priya", "tomas", "anika"] } => members = ["tomas", "anika"], groups = ["slack:S0RISK"] }
      the operator reloads
      ledger: platform.roster x1
      maya> /approval request credit Ship v7
      @tomas: APR-1
      @priya: APR-1
      priya> /approval approve APR-1
      priya hears: 1 of 2
# Somebody else is in it now.
      on slack S0RISK: U0INES
      duty APR-1 decide: owed, holders tomas anika ines
      ledger: platform.roster x2
# Told again, nothing changes.
      on slack S0RISK: U0INES
      ledger: platform.roster x2
      the bot stops
      the bot is back
      ledger: platform.roster x2
      maya> /approval request credit Ship v8
      ines> /approval approve APR-2
      ines hears: 1 of 2
      priya> /approval approve APR-2
      priya hears: is for model-risk
      on slack S0RISK: U0INES; gone: U0TOMAS
      #ops: Tomas's account on slack is gone
      maya> /approval request credit Ship v9
      not @tomas: APR-3
      @ines: APR-3
