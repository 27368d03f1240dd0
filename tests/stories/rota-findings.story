# What happened says who really holds a role: told to the operators once, and among the red flags as long as it holds. A restricted case isn't named.
policy: tests/stories/rota.toml

09:00 priya> /approval delegate @tomas until friday 17:00 Holiday
      tomas> /approval away until 2026-11-26 from=2026-11-24T09:00:00Z Training
      dev> /incident open credit sev3 Scores drift
      dev> /incident role INC-1 lead @sofia
      dev> /incident open credit sev3 "Salary data" restricted=yes
      dev> /incident role INC-2 lead @greta
      dev hears: Greta has the lead seat now
      the watchdog looks
      #ops x1: Somebody has to see to it: Tomas stands in for Priya and is away themselves from
      the watchdog looks
      not #ops: Somebody has to see to it
      maya> /sla redflags
      maya hears: Tomas stands in for Priya and is away themselves
      maya does not hear: leads INC-1
22:00 the watchdog looks
      #ops: Somebody has to see to it: Sofia leads INC-1 since 2026-11-23 09:00 UTC
      not #ops: INC-2
      not #ops: Greta leads
      maya> /sla redflags
      maya hears: Sofia leads INC-1
      maya does not hear: INC-2
      greta> /sla redflags
      greta hears: Greta leads INC-2
      sofia> /incident role INC-1 lead @dev
      the watchdog looks
      ledger: ownership.found x3
      maya> /sla redflags
      maya does not hear: leads INC-1
