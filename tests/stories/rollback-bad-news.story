# Who is asked to confirm something and can't says so: that is kept as a no, they go on owing it, and nobody confirms a recovery.
# Where it didn't help it has failed; what was altered is answered for all the same.

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
      dev> /rollback in-flight RBK-1 drained 41 calls
      maya> /rollback downstream RBK-1 It is broken
      maya hears: form rollback.downstream:RBK-1
09:30 maya> /rollback downstream RBK-1 no The ledger rejects every posting
      maya hears: kept: ledger doesn't go on. You go on owing the confirmation from downstream by 10:00. Told to Arjun, Sofia, Greta, Dev and Lena
      #credit: RBK-1 · ledger doesn't go on with what runs now · Maya ... The ledger rejects every posting ... Still owed, due 10:00: /rollback downstream RBK-1 system=ledger yes …; /rollback confirm RBK-1 failed …, if it won't be put right
      duty RBK-1 confirm-downstream: owed, due 10:00
      card RBK-1: ledger doesn't go on (Maya: “The ledger rejects every posting”)
      not card RBK-1: ledger goes on
      dev> /rollback source RBK-1 no The pipeline still pins v7
      dev hears: kept: something leads back to “v7”
      duty RBK-1 confirm-source: owed
      ravi> /rollback downstream RBK-1 yes Letters are right
      dev> /rollback confirm RBK-1 recovered It works
      dev hears: Wait until the rest is answered
      maya> /rollback confirm RBK-1 failed The ledger is broken
      maya hears: Ask
09:45 dev> /rollback confirm RBK-1 failed The ledger takes nothing from v6
      dev hears: kept: it failed; what was altered is still to be answered for ... /rollback propose credit … proposes another way out
      #credit: RBK-1 has failed: another way out is needed · Dev
      not #credit: RBK-1 is confirmed
      not #credit: Changes of credit are held
      case RBK-1: failed
      card RBK-1: confirmation from downstream (ledger)
      duty RBK-1 look-back: owed
      duty RBK-1 confirm-source: owed
09:50 maya> /rollback downstream RBK-1 yes The ledger was set back by hand
      maya hears: ledger goes on with it
      dev> /rollback source RBK-1 yes The pin is gone
      dev> /rollback look-back RBK-1 from=08:00 to=09:20 count=0 None since midnight
      card RBK-1: State: failed
      not card RBK-1: Next
      dev> /rollback list all
      dev hears: credit, failed · live
