# An incident is opened, triage is nudged at 50 %, and an answer in time stops all that would have come after it.

09:00 maya> /incident open credit sev2 Scores drift for new customers
      maya hears: opened as sev2; Dev or Lena acknowledges it by 10:00
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift for new customers” ... Waiting on @dev or @lena · opened by Maya
      @dev: INC-1 · acknowledge by ... · sev2 on credit ... [Acknowledge]
      @lena: INC-1 · acknowledge by ... · sev2 on credit
      not @arjun: INC-1
      not @maya: INC-1
      card INC-1: State: open
09:29 not @dev: is due at 10:00
09:30 @dev: INC-1 · acknowledgement is due at 10:00, 30 min left ... waiting on @dev or @lena ... /incident ack INC-1
      @lena: INC-1 · acknowledgement is due at 10:00, 30 min left
      #credit: INC-1 · acknowledgement is due at 10:00, 30 min left
      not @arjun: INC-1
09:40 dev presses Acknowledge in a message
      dev hears: you acknowledged it
      #credit: INC-1 is acknowledged · Dev
      card INC-1: State: acknowledged · 09:40, Dev
      duty INC-1 acknowledge: met, due 10:00
12:00 nobody is told: acknowledgement is due
      nobody is told: is late
      not @arjun: INC-1
      ledger: duty.nudged x1
      ledger: duty.late x0
