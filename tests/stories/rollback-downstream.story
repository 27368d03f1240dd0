# Whoever is downstream answers for their own system, and for no other's.

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
      @maya: RBK-1 · confirmation from downstream of ledger
      @ravi: RBK-1 · confirmation from downstream of letters
      maya> /rollback downstream RBK-1 system=letters yes They are right
      maya hears: Ask Ravi or Elena
      maya> /rollback downstream RBK-1 system=leger yes Ten postings read
      maya hears: Did you mean
      dev> /rollback downstream RBK-1 yes All is well
      dev hears: Ask
      ledger: rollback.downstream-confirmed x0
      maya> /rollback downstream RBK-1 yes Ten postings read
      #credit: RBK-1 · ledger goes on with what runs now · Maya
      card RBK-1: Downstream: ledger goes on (Maya) · letters open (engineering)
      duty RBK-1 confirm-downstream (letters): owed
