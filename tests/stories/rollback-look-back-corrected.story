# A look-back reaches up to now and not further, and what was wrong in it is put right by whoever runs it. Nobody is asked a second
# time about the same decisions.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
      arjun> /rollback agree-point RBK-1 The copy is checked
      dev> /rollback done RBK-1
      dev> /rollback look-back RBK-1 from=08:00 to="2026-11-24 10:00" count=3 Table decisions
      dev hears: that has passed
      duty RBK-1 look-back: owed
09:30 dev> /rollback look-back RBK-1 from=08:00 to=09:20 count=12 Table decisions
      dev hears: 12 decisions of “v7” are kept; ledger and letters each say what they do about them
      maya> /rollback look-back RBK-1 from=08:00 to=09:20 count=0 None
      maya hears: Ask Dev or Lena
09:40 dev> /rollback look-back RBK-1 from=07:00 to=09:20 count=19 The night batch too
      dev hears: 19 decisions of “v7” are kept
      dev does not hear: each say
      card RBK-1: Look-back: 19 decisions
      ledger: rollback.looked-back x2
      duty RBK-1 answer-look-back: owed
      maya> /rollback looked-at RBK-1 All 19 are scored again
