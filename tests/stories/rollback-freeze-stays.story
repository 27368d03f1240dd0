# A confirmed rollback shortens no freeze that somebody placed for longer.

09:00 greta> /rollback freeze credit until 30d The cause isn't known
      #credit: Changes of credit are held until
      maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
      greta> /rollback agree-point RBK-1 The copy is checked
      dev> /rollback done RBK-1
      dev> /rollback in-flight RBK-1 stopped Nothing was
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes Nothing leads back
      dev> /rollback confirm RBK-1 recovered It works
      ledger: release.frozen x1
Wed 09:00 not #credit: possible again
      ledger: release.thawed x0
