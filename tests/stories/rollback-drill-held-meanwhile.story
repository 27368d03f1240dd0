# Somebody calls a drill of their own while one is due: held, it discharges that one, and nobody is asked for two.

2027-02-21 09:00 case RBK-1: due
      maya> /rollback drill credit from=v7 to=v6 "Quarterly drill"
      dev> /rollback tick RBK-2 1 yes
      dev> /rollback tick RBK-2 2 yes
      dev> /rollback compare RBK-2 contain Not this time
      jonas> /rollback go RBK-2
      ravi> /rollback go RBK-2
      arjun> /rollback authorise RBK-2 Go ahead
      dev> /rollback start RBK-2
      ravi> /rollback done RBK-2
      arjun> /rollback agree-point RBK-2 It is a copy
      dev> /rollback done RBK-2
      dev> /rollback in-flight RBK-2 stopped Nothing was
      maya> /rollback downstream RBK-2 yes Fine
      ravi> /rollback downstream RBK-2 yes Fine
      dev> /rollback look-back RBK-2 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-2 yes Nothing leads back
      duty RBK-1 hold-drill: owed
      dev> /rollback confirm RBK-2 recovered As planned
      case RBK-1: confirmed
      duty RBK-1 hold-drill: met
      maya> /rollback timeline RBK-1
      maya hears: RBK-2 was held instead
      ledger: release.drill-due x1
# It was asked for, and came to nothing of its own.
2027-02-22 09:00 maya> /sla digest 2027-02-21..2027-02-21
      maya hears: drills asked for 2, drills authorised 1
      maya hears: drills within the target 1
      maya does not hear: drills within the target 2
