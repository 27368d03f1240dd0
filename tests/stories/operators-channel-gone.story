# That the operators can't be told is not told to the operators: no message about a message about a message.

09:00 #ops is gone
      #credit is gone
      maya> /incident open credit sev2 Scores drift
      not #ops: could not be delivered
      ledger: bot.gave-up x2
      outbox: given-up x2
09:01 outbox: given-up x2
