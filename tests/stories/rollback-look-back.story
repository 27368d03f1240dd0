# The decisions of the bad version: from when to when, how many, and what each downstream does about them. None is an answer as well,
# and then nobody downstream is asked.

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
      dev> /rollback look-back RBK-1 from=09:00 to=08:00 count=12 Table decisions
      dev hears: must come after
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 Nothing was decided
      dev hears: kept: 0 decisions of “v7”
      duty RBK-1 look-back: met
      maya> /rollback looked-at RBK-1 Nothing to do
      maya hears: Nobody owes the answer to the look-back on RBK-1 now
      not @maya: answer to the look-back
