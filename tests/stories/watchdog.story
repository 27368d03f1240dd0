# The bot notices that it is behind itself, says so once to the operators and to whoever asks, and says when it has caught up.

09:00 the watchdog looks
      nobody is told anything
      #credit is unreachable
      maya> /incident open credit sev3 A control is slow
      dev> /incident ack INC-1
09:05 the watchdog looks
      ledger: house.fell-behind x0
      maya> /sla health
      maya hears: I am well
