# A moment that was corrected and moves no deadline is kept, and nobody is told of a move that is none.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Payments are held back aware=08:30
      dev> /incident applies INC-1 dora.initial
      dev> /incident moment INC-1 classified 09:00
      dev hears: dora.initial is due by 13:00
      dev> /incident moment INC-1 aware 08:00
      dev hears: recorded: aware at 08:00, as you say
      dev does not hear: is due by
      duty INC-1 report-to-authority (dora.initial) #1: owed, due 13:00
      ledger: incident.clock-moved x0
