# A word that the bot doesn't know gets the nearest one and never becomes a title; names get the nearest name.
not on discord: its commands have no words but those of their menus

09:00 maya> /incident opne credit sev2 Scores drift
      maya hears: I don't know “opne”. Did you mean `/incident open`? `/incident help` shows everything.
      maya> /incident Scores drift for new customers
      maya hears: I don't know “Scores”
      maya> /incident open credti sev2 Scores drift
      maya hears: Did you mean `credit`?
      maya> /incident open credit sev2 Scores drift class=perf.drif
      maya hears: Did you mean `perf.drift`?
      maya> /approval request credit Ship v7 path=chnage
      maya hears: Did you mean `change`?
      maya> /incident ack INC-9
      maya hears: I can't find INC-9. `/incident list` shows what is open.
      maya> /incident ack INC-007
      maya hears: INC-007
      maya> @countersign frobnicate
      maya hears: I don't know “frobnicate”. `@countersign help` shows what I can do.
      maya> @countersign
      maya hears: Nothing is open
      maya> /approval ack APR-1
      maya hears: I don't know “ack”
      nobody is told anything
      ledger: incident.opened x0
      ledger: approval.requested x0
