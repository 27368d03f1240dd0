# While the bot is down nothing falls due that was answered before; and a short stop is not worth a word.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
09:10 the bot stops
09:10 the bot is back
      nobody is told anything
      ledger: bot.started x2
09:20 the bot stops
10:50 the bot is back
      #ops: I was down for 1 h 30 min
      not #credit: INC-1 · acknowledgement
      not @dev: INC-1 · acknowledgement
      duty INC-1 acknowledge: met
