# A message that has waited for longer than a minute is the bot being behind: said once to the operators, on `/sla health`, and again when it has caught up.

09:00 #credit is unreachable
      maya> /incident open credit sev3 A control is slow
09:00 the watchdog looks
      ledger: bot.fell-behind x0
09:05 the watchdog looks
      #ops: I am behind: what I tell you comes late ... The oldest message has waited
      ledger: bot.fell-behind x1
      maya> /sla health
      maya hears: I am behind
09:06 the watchdog looks
      not #ops: I am behind
      ledger: bot.fell-behind x1
09:06 #credit is back
09:30 the watchdog looks
      #ops: I have caught up
      ledger: bot.caught-up x1
