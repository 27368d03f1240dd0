# “Still working on it?” and no answer: it counts as not acknowledged again, and word goes up the ladder.

09:00 maya> /incident open credit sev2 Scores drift
09:10 dev> /incident ack INC-1
13:10 @dev: still working on it, @dev? Say so by 13:40
13:25 @dev: “still working on it?” is due at 13:40, 15 min left
      case INC-1: acknowledged
13:39 nobody is told: not acknowledged again
      not @arjun: INC-1
13:40 #credit: INC-1 counts as not acknowledged again · @dev, @lena, @arjun or @sofia takes it up by 14:40
      @dev: INC-1 counts as not acknowledged again
      @lena: INC-1 counts as not acknowledged again
      @arjun: INC-1 counts as not acknowledged again
      case INC-1: open
      card INC-1: State: open
      duty INC-1 acknowledge #1: met
      duty INC-1 acknowledge #2: owed, due 14:40
      ledger: incident.acknowledgement-lapsed x1
      not #credit: “still working on it?” is late
14:00 sofia> /incident ack INC-1
      sofia hears: you have it in hand
      case INC-1: acknowledged
      duty INC-1 acknowledge #2: met
17:59 nobody is told: still working on it
18:00 @sofia: still working on it, @sofia?
      not @dev: still working
