# Nobody authorises, nobody says go: the ladder climbs, and nothing starts by itself.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
09:10 @arjun: RBK-1 · authorisation
09:20 #credit: Authorisation is late, due 09:20 · escalated to @arjun and @sofia (command)
      duty RBK-1 authorise-rollback: late
      duty RBK-1 say-go: late
      @greta: RBK-1
      maya> /rollback start RBK-1
      maya hears: nobody has authorised it
      greta> /rollback start RBK-1
      greta hears: nobody has authorised it
12:00 case RBK-1: proposed
      ledger: rollback.started x0
