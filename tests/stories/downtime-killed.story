# The power fails in the middle of everything. Nothing that was answered is lost, nothing is done twice.

09:00 maya> /incident open credit sev2 Scores drift
09:05 dev> /incident ack INC-1
      #credit: INC-1 is acknowledged · Dev
09:05 the bot is killed
09:30 the bot is back
      case INC-1: acknowledged
      not #credit: is acknowledged
      nobody is told: sev2 on credit
      ledger: bot.stopped x0
      ledger: bot.started x2
      lena> /incident ack INC-1
      lena hears: INC-1 is acknowledged already (Dev, 09:05)
      ledger: incident.acknowledged x1
