# DORA's three reports: each begins with what the one before it ended with, and the latest intermediate report counts.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Payments are held back aware=08:00
      dev> /incident applies INC-1 dora
      dev hears: on record: dora.initial applies. Not started: when it was classified isn't recorded
      nobody is told: report dora
      dev> /incident moment INC-1 classified 09:00
      dev hears: dora.initial is due by 13:00
      @henrik: INC-1 · report dora.initial by 13:00
      card INC-1: target 13:00 · by law until 13:00 · since 09:00
      not card INC-1: intermediate
12:00 henrik> /incident submitted INC-1 dora.initial BaFin-1
      henrik hears: recorded: dora.initial was submitted at 12:00; dora.intermediate is due by Thu 26 Nov 12:00
      @ines: INC-1 · report dora.intermediate by Thu 26 Nov 12:00
      duty INC-1 report-to-authority (dora.initial): met
      duty INC-1 report-to-authority (dora.intermediate): owed
Tue 12:00 henrik> /incident submitted INC-1 dora.intermediate BaFin-2
      henrik hears: dora.final is due by Thu 24 Dec 12:00
      card INC-1: DORA Art. 19: final report: target Thu 24 Dec 12:00 · by law until Thu 24 Dec 23:00
Fri 12:00 henrik> /incident submitted INC-1 dora.intermediate BaFin-3
      henrik hears: dora.final is due by Sun 27 Dec 12:00
      #credit: INC-1 · report dora.final by Sun 27 Dec 12:00, not Thu 24 Dec 12:00
      duty INC-1 report-to-authority (dora.final) #1: void
      duty INC-1 report-to-authority (dora.final) #2: owed, due Sun 27 Dec 12:00
      ledger: incident.clock-moved x1
