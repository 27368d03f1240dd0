# After downtime each case is woken once and each says its one true thing; what was answered before says nothing.

09:00 maya> /incident open credit sev2 Scores drift
      jonas> /incident open credit sev2 Cards are slow
      dev> /incident ack INC-2
      maya> /approval request credit Ship v7
      priya> /approval approve APR-1
09:10 the bot is killed
11:30 the bot is back
      #credit x1: INC-1 · acknowledgement is late
      #credit x1: APR-1 · decision is late, due 11:00 · escalated to @greta (governance) · 1 of 2
      not #credit: INC-2 · acknowledgement
      not #credit: is due at 11:00
      @greta x1: INC-1
      @greta x1: APR-1
      not @priya: APR-1
      ledger: duty.late x2
      ledger: duty.nudged x0
      duty APR-1 decide: late, due 11:00, votes 1
