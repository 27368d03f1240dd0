# “Still working on it?” and no answer: it counts as not acknowledged again, and it is escalated.

09:00 maya> /incident open credit sev2 Scores drift
09:10 dev> /incident ack INC-1
13:10 @dev: answer by 13:40, @dev: still working on it?
13:25 @dev: “still working on it?” is due at 13:40, 15 min left
      case INC-1: acknowledged
13:39 nobody is told: not acknowledged again
      not @arjun: INC-1
13:40 #credit: INC-1 · acknowledge it again by 14:40: nobody answered “still working on it?” ... waiting on @dev, @lena, @arjun or @sofia
      @dev: INC-1 · acknowledge it again by 14:40: nobody answered “still working on it?”
      @lena: INC-1 · acknowledge it again by 14:40: nobody answered “still working on it?”
      @arjun: INC-1 · acknowledge it again by 14:40: nobody answered “still working on it?”
      case INC-1: open
      card INC-1: State: open
      duty INC-1 acknowledge #1: met
      duty INC-1 acknowledge #2: owed, due 14:40
      ledger: incident.acknowledgement-lapsed x1
      not #credit: “still working on it?” is late
14:00 sofia> /incident ack INC-1
      sofia hears: you acknowledged it
      case INC-1: acknowledged
      duty INC-1 acknowledge #2: met
17:59 nobody is told: still working on it
18:00 @sofia: @sofia: still working on it?
      not @dev: still working
