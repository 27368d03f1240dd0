# A drill that failed shows that there is no way back: it opens no way into production, and the next one is due all the same.

09:00 jonas> /approval promote claims Eight quiet weeks
      maya> /rollback drill claims from=v2 to=v1 "Before production"
      arjun> /rollback authorise RBK-1 Go ahead
      sofia> /rollback start RBK-1
      ravi> /rollback done RBK-1
      sofia> /rollback confirm RBK-1 failed v1 doesn't start any more
      sofia hears: kept: it failed
      sofia does not hear: still to be answered for
      @maya: DRILL · RBK-1 has failed
      case RBK-1: failed
      not card RBK-1: Next
      priya> /approval approve APR-1 report read
      priya hears: Go the way back for practice, too
      case APR-1: requested
