# Hours in which somebody must be on and no layer has anybody are gaps; a duty that falls into them is owed by whoever is on next, never by nobody.
policy: tests/stories/rota.toml
start: 2026-11-27 09:00

Fri 09:00 the policy says: acknowledge_within = "15m" => hours = { mon-fri = "09:00-17:00" }\ncovers = { mon-fri = "08:00-17:00" }
      the operator reloads
      nobody is told: You are on desk
Fri 17:00 @lena: Your shift of desk is over, and nobody is on now ... What triage owes waits for whoever is on next
      greta> /rota on desk
      greta hears: desk · nobody now; then Lena from Mon 30 Nov 09:00
Fri 18:00 maya> /incident open credit sev1 Wrong decisions
      duty INC-1 acknowledge: owed, due 18:20, holders lena
      @lena: INC-1
      not @dev: INC-1
      lena> /incident ack INC-1
      case INC-1: acknowledged
Mon 08:59 not @greta: Nobody will answer
Mon 09:00 @greta: Nobody will answer for desk 22 times in the next 30 days ... Tue 1 Dec 08:00 to Tue 1 Dec 09:00 · nobody is on ... 14 more: /rota on desk
      nobody is told: waits on nobody
