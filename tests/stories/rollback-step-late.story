# A step that isn't done in time is late, and the ladder climbs; it is still nobody's but theirs, or those who were called.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
09:30 #credit: Step (“Route all traffic to the older version”) is late
      @arjun: RBK-1
      duty RBK-1 do-step: late
      ledger: rollback.step-done x0
09:40 arjun> /rollback done RBK-1 I did it myself
      arjun hears: step 1 of 2 is done
      duty RBK-1 do-step: met-late
