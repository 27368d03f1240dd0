# Ended after a step was done: the system stands in between, so what is in flight, downstream, the look-back and the source are
# still answered for. Nobody confirms it any more. A drill altered nothing.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
09:30 arjun> /rollback withdraw RBK-1 The fault is in the data
      arjun hears: abandoned after 1 of 2 steps; what was altered is still to be answered for
      case RBK-1: abandoned
      duty RBK-1 answer-in-flight: owed
      duty RBK-1 confirm-downstream: owed, due 10:30
      duty RBK-1 look-back: owed
      duty RBK-1 confirm-source: owed
      @maya: RBK-1 · confirmation from downstream of ledger
      card RBK-1: State: abandoned ... Next
      not card RBK-1: confirmation by
09:40 dev> /rollback in-flight RBK-1 left They go on with v7
      maya> /rollback downstream RBK-1 yes It reads both
      ravi> /rollback downstream RBK-1 yes So do letters
      dev> /rollback source RBK-1 no The pipeline pins v7, which runs
      dev hears: kept: something leads back to “v7”
      dev does not hear: go on owing
      duty RBK-1 confirm-source: met
      dev> /rollback look-back RBK-1 from=08:00 to=09:30 count=0 None
      dev> /rollback confirm RBK-1 recovered It works
      dev hears: RBK-1 is abandoned already
      not card RBK-1: Next
      dev> /rollback drill credit from=v7 to=v6 "The yearly drill"
      dev> /rollback tick RBK-2 1 yes
      dev> /rollback tick RBK-2 2 yes
      dev> /rollback compare RBK-2 contain Too slow
      jonas> /rollback go RBK-2
      ravi> /rollback go RBK-2
      arjun> /rollback authorise RBK-2 It is due
      dev> /rollback start RBK-2
      ravi> /rollback done RBK-2
      arjun> /rollback withdraw RBK-2 The console is down
      arjun hears: abandoned after 1 of 2 steps
      arjun does not hear: still to be answered for
      not card RBK-2: Next
