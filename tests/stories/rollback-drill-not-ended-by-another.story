# A drill that has begun goes on, whatever other drill is held meanwhile: what it found missing stays owed, and it counts for itself.

2027-02-21 09:00 case RBK-1: due
      dev> /rollback plan RBK-1 from=v7 to=v6 scenario="scores drift" announced
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 Go ahead
      dev> /rollback start RBK-1
      dev> /rollback gap RBK-1 @ravi 2d Nobody could reach the console
      ravi> /rollback done RBK-1
      maya> /rollback drill credit from=v7 to=off "Another" way=contain
      dev> /rollback tick RBK-2 1 yes
      dev> /rollback tick RBK-2 2 yes
      dev> /rollback compare RBK-2 roll-back Not this time
      jonas> /rollback go RBK-2
      ravi> /rollback go RBK-2
      arjun> /rollback authorise RBK-2 Go ahead
      dev> /rollback start RBK-2
      dev> /rollback done RBK-2
      dev> /rollback done RBK-2 step=2
      dev> /rollback in-flight RBK-2 stopped Nothing was
      maya> /rollback downstream RBK-2 yes Fine
      ravi> /rollback downstream RBK-2 yes Fine
      dev> /rollback look-back RBK-2 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-2 yes Nothing leads back
      dev> /rollback confirm RBK-2 contained As planned
      case RBK-2: confirmed
      case RBK-1: running
      duty RBK-1 close-gap: owed
      duty RBK-1 agree-point: owed
      duty RBK-1 answer-in-flight: owed
      ledger: rollback.drill-held x0
