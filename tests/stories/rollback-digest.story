# What a digest counts: the real one and the drill stand in one series, and are told apart in every figure.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
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
      dev> /rollback in-flight RBK-1 drained 41 calls
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes Nothing leads back
11:30 dev> /rollback confirm RBK-1 contained It does no more harm
      dev hears: confirmed, contained, 2 h 30 min after it was asked for
      #credit: RBK-1 is confirmed: contained ... over the target of 2 h
      maya> /rollback drill credit from=v7 to=v6 "Quarterly drill"
      maya> /rollback withdraw RBK-2 Another day
Tue 09:00 maya> /sla digest 2026-11-23..2026-11-23
      maya hears: rollbacks: live asked for 1, live authorised 1, live with a first effect 1, live contained 1 (2 h 30 min in all), drills asked for 1, drills abandoned 1
      maya does not hear: recovered
      maya does not hear: within the target
