# A step that can't be done is said to be blocked, and its clock goes on; leaving it out is for whoever authorises, with a reason.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
09:10 ravi> /rollback blocked RBK-1 The console is down
      ravi hears: step 1 is blocked, and its clock goes on
      #credit: RBK-1 · step 1 of 2 is blocked · Ravi ... “The console is down”
      @arjun: RBK-1 · step 1 of 2 is blocked ... [Skip step] [Abandon]
      duty RBK-1 do-step: owed
      ravi> /rollback skip RBK-1 There is no traffic
      ravi hears: Ask Arjun, Sofia or Greta
      ledger: rollback.step-skipped x0
      arjun> /rollback skip RBK-1 There is no traffic at night
      arjun hears: step 1 of 2 is skipped; before step 2, after which there is no way back
      card RBK-1: Step 1 · skipped 09:10, Arjun ... Step 2 · open
      case RBK-1: running
