# On Discord: a role of the server holds what a role of the policy owes. Who is given it takes that up, who loses it hands it on, and who left the server is told of.
platform: discord

09:00 on discord RISK: priya
      the policy says: members = ["priya", "tomas", "anika"] } => members = ["tomas", "anika"], groups = ["discord:RISK"] }
      the bot stops
      the bot is back
      ledger: platform.roster x1
      maya> /approval request credit Ship v7
      @tomas: APR-1
      @priya: APR-1
      priya> /approval approve APR-1
      priya hears: 1 of 2
# Somebody else has it now.
      on discord RISK: ines
      duty APR-1 decide: owed, holders tomas anika ines
      ledger: platform.roster x2
# Given again, nothing changes; nor does a restart.
      on discord RISK: ines
      ledger: platform.roster x2
      the bot stops
      the bot is back
      ledger: platform.roster x2
      maya> /approval request credit Ship v8
      ines> /approval approve APR-2
      ines hears: 1 of 2
      priya> /approval approve APR-2
      priya hears: is for model-risk
      on discord RISK: ines; gone: tomas
      #ops: Tomas's account on discord is gone
      maya> /approval request credit Ship v9
      not @tomas: APR-3
      @ines: APR-3
