# The steps go in order: nobody reports the second one before the first, and nobody else's.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      dev> /rollback done RBK-1
      dev hears: Ask Ravi or Elena
      ravi> /rollback done RBK-1 step=2
      ravi hears: Say it of step 1, “Route all traffic to the older version”
      ledger: rollback.step-done x0
09:10 ravi presses Step done on RBK-1
      ravi hears: step 1 of 2 is done
      card RBK-1: Step 1 · done 09:10, Ravi
      ravi> /rollback done RBK-1
      ravi hears: comes first
