# A look-back reaches up to now and not further, and what was wrong in it is put right by whoever runs it. Those who answered for
# other decisions are asked anew, and nobody confirms over their heads.

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
      dev hears: kept: 12 decisions of “v7”. What is done about them: asked of ledger and letters
      maya> /rollback look-back RBK-1 from=08:00 to=09:20 count=0 None
      maya hears: Ask Dev or Lena
      maya> /rollback looked-at RBK-1 All 12 are scored again
09:40 dev> /rollback look-back RBK-1 from=07:00 to=09:20 count=19 The night batch too
      dev hears: kept: 19 decisions of “v7”. What is done about them: asked of ledger and letters
      @maya: RBK-1 · answer to the look-back of ledger by 10:40
      not card RBK-1: All 12 are scored again
      card RBK-1: Look-back: 19 decisions
      ledger: rollback.looked-back x2
      maya> /rollback looked-at RBK-1 All 19 are scored again
      ravi> /rollback looked-at RBK-1 Letters follow
      dev> /rollback in-flight RBK-1 drained None
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback source RBK-1 yes Nothing leads back
      duty RBK-1 confirm-rollback: owed
      dev> /rollback look-back RBK-1 from=06:00 to=09:20 count=20 One more
      duty RBK-1 confirm-rollback: void
      dev> /rollback confirm RBK-1 recovered It works
      dev hears: Wait until the rest is answered
      case RBK-1: running
