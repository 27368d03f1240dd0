# What it says of a policy's mistakes: a rota that nobody takes turns in is refused, and the one in force stays.
policy: tests/stories/rota.toml

09:00 the policy says: members = ["dev", "lena", "arjun"] => members = []
      greta> /sla reload
      greta hears: nobody takes turns here
      the policy says: members = [] => members = ["dev", "lena", "arjun"]
      the policy says: handoff = "09:00" => handoff = "mon 09:00"
      greta> /sla reload
      greta hears: only whole weeks end on a day of the week
      the policy says: handoff = "mon 09:00" => handoff = "9 o'clock"
      greta> /sla reload
      greta hears: is no time to hand over at
      the policy says: handoff = "9 o'clock" => handoff = "09:00"
      the policy says: rota = "desk" } => rota = "dekc" }
      greta> /sla reload
      greta hears: unknown rota “dekc”
      ledger: policy.loaded x1
      maya> /rota
      maya hears: desk · Dev now
