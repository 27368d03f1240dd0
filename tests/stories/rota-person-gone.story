# Somebody whose account is gone still takes turns: those are gaps ahead, told to whoever can close them, and a red flag. The others' shifts are none.
policy: tests/stories/rota.toml
local: on Slack the workspace itself says whose account is gone

09:00 the policy says: arjun = { name = "Arjun", party = "operations", zone = "UTC" } => arjun = { name = "Arjun", party = "operations", zone = "UTC", slack = "U0ARJUN" }
      the operator reloads
      on slack S0NONE: U0NOBODY; gone: U0ARJUN
      #ops: Arjun's account on slack is gone ... In the policy they hold triage
      maya> /sla redflags
      maya hears: Arjun's accounts are gone, and they hold triage
2026-11-30 09:00 @greta: Nobody will answer for desk 10 times in the next 30 days ... Tue 1 Dec 09:00 to Wed 2 Dec 09:00 · Arjun's account is gone
      not @greta: Lena's account is gone
      maya> /rota
      maya hears: 10 gaps in the next 30 days
