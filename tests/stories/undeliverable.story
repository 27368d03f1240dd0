# A channel that is gone: the message is given up, recorded, told to the operators, and never counted as sent.

09:00 #credit is gone
      maya> /incident open credit sev2 Scores drift
      not #credit: INC-1
      @dev: INC-1
      #ops: A message could not be delivered, and I have stopped trying (no. 
      ledger: told.undeliverable x1
      ledger: bot.gave-up x1
      outbox: given-up x1
      maya> /sla health
      maya hears: 1 message could not be delivered
# What can be told is told: the duties go on.
09:30 @dev: INC-1 · acknowledgement is due
      dev> /incident ack INC-1
      case INC-1: acknowledged
