# The bot was down while a nudge, a second nudge, the deadline and an escalation fell due. It says one true thing, with its own lateness.

09:00 maya> /incident open credit sev2 Scores drift
09:10 the bot stops
11:07 the bot is back
      #ops: I was down for 1 h 57 min
      #credit x1: acknowledgement is late
      #credit: INC-1 · acknowledgement is late, due 10:00 · escalated to @arjun, @sofia and @greta (command and governance) ... Due 10:00, told 11:07, 1 h 07 min late: the bot was down
      @dev x1: INC-1
      @dev: acknowledgement is late
      @greta x1: INC-1
      not @dev: min left
      not #credit: min left
      ledger: duty.late x1
      ledger: duty.nudged x0
      ledger: duty.escalated x0
      duty INC-1 acknowledge: late, due 10:00
      greta> /incident timeline INC-1
      greta hears: Acknowledgement is late, due 10:00 ... told 1 h 07 min late: the bot was down
# Then it goes on where it stands.
12:06 nobody is told: still late
12:07 #credit: INC-1 · acknowledgement is still late, due 10:00, 2 h 07 min over
      not #credit: the bot was down
