# However late it is classified, the initial notification is due a day after the bank knew; corrected, that moves, and says so.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Payments are held back aware=Sun 22:00
      dev> /incident applies INC-1 dora.initial
20:00 dev> /incident moment INC-1 classified 19:30
      dev hears: dora.initial is due by 22:00
      card INC-1: target 22:00 · by law until 22:00 · since 19:30
      dev> /incident moment INC-1 aware Sun 20:30
      dev hears: recorded: aware at Sun 22 Nov 20:30, as you say; dora.initial is due by 20:30
      #credit: time by Dev ... aware: 2026-11-22 20:30 UTC (before: 2026-11-22 22:00 UTC)
      #credit: INC-1 · report dora.initial by 20:30, not 22:00
      duty INC-1 report-to-authority (dora.initial) #1: void
      duty INC-1 report-to-authority (dora.initial) #2: owed, due 20:30
# What was classified after that day has four hours from then.
      dev> /incident moment INC-1 aware Sun 10:00
      dev hears: dora.initial is due by 23:30
      nobody is told: is late
