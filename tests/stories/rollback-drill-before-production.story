# Where the policy asks for a drill on record, nobody approves a promotion before one was held. One that was only called is none.

09:00 jonas> /approval promote claims Eight quiet weeks
      priya> /approval approve APR-1 report read
      priya hears: Go the way back for practice, too: /rollback drill claims from=… to=… …. The policy asks for a drill on record
      maya> /rollback drill claims from=v2 to=v1 "Before production"
      arjun> /rollback authorise RBK-1 Go ahead
      sofia> /rollback start RBK-1
      priya> /approval approve APR-1 report read
      priya hears: Go the way back for practice, too
      arjun> /rollback skip RBK-1 We know that it works
      sofia> /rollback in-flight RBK-1 stopped Nothing was
      sofia> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      sofia> /rollback source RBK-1 yes Nothing leads back
      sofia> /rollback confirm RBK-1 recovered As planned
      case RBK-1: confirmed
# Every step was skipped, so nobody went the way back.
      priya> /approval approve APR-1 report read
      priya hears: Go the way back for practice, too
      maya> /rollback drill claims from=v2 to=v1 "Before production"
      arjun> /rollback authorise RBK-2 Go ahead
      sofia> /rollback start RBK-2
      ravi> /rollback done RBK-2
      sofia> /rollback in-flight RBK-2 stopped Nothing was
      sofia> /rollback look-back RBK-2 from=08:00 to=09:00 count=0 None
      sofia> /rollback source RBK-2 yes Nothing leads back
      sofia> /rollback confirm RBK-2 recovered As planned
      case RBK-2: confirmed
      priya> /approval approve APR-1 report read
      priya does not hear: for practice
