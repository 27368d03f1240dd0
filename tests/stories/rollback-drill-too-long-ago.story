# Where the policy says how often the way back is drilled, a drill of longer ago is none.
local: it is about the policy file

09:00 maya> /rollback drill claims from=v2 to=v1 "Before production"
      arjun> /rollback authorise RBK-1 Go ahead
      sofia> /rollback start RBK-1
      ravi> /rollback done RBK-1
      sofia> /rollback in-flight RBK-1 stopped Nothing was
      sofia> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      sofia> /rollback source RBK-1 yes Nothing leads back
      sofia> /rollback confirm RBK-1 recovered As planned
      jonas> /approval promote claims Eight quiet weeks
      the policy says: drill_for_production = true => drill_for_production = true\ndrill_every = "30d"
      greta> /sla reload
      priya> /approval approve APR-1 report read
      priya hears: Claims isn't ready for production
      priya does not hear: for practice
2026-12-24 09:00 jonas> /approval promote claims Twelve quiet weeks
      priya> /approval approve APR-2 report read
      priya hears: Go the way back for practice, too: /rollback drill claims from=… to=… …. The policy asks for a drill of the last 30 d on record before claims goes into production; the last one was Mon 23 Nov 09:00.
      duty APR-2 decide: owed, votes 0
