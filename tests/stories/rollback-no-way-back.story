# Before the step after which there is no way back, whoever authorises is asked once more; nobody's silence agrees to it.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
      #credit: RBK-1 · no way back after step 2 of 2 · agree by 09:20
      maya> /rollback agree-point RBK-1 It is urgent
      maya hears: Ask Arjun, Sofia or Greta
09:20 duty RBK-1 agree-point: late
13:00 case RBK-1: running
      ledger: rollback.point-agreed x0
      dev> /rollback done RBK-1
      dev hears: comes first, since there is no way back after this step
      sofia> /rollback agree-point RBK-1 The copy is checked
      sofia hears: agreed: there is no way back after step 2; Dev or Lena does step 2 of 2 by 13:20
      card RBK-1: no way back after it, agreed by Sofia
