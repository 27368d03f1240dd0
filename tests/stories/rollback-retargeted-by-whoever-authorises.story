# Whoever chose where it goes doesn't authorise that, nor the step after which there is no way back.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
09:05 arjun> /rollback retarget RBK-1 to=v3 v6 has the same fault
      arjun hears: it goes from “v7” to “v3” now; Sofia or Greta authorises by 09:25
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      arjun> /rollback authorise RBK-1 rev=2 v3 is known to be good
      arjun hears: Ask Sofia or Greta
      case RBK-1: proposed
      sofia> /rollback authorise RBK-1 rev=2 v3 is known to be good
      jonas> /rollback go RBK-1 rev=2
      ravi> /rollback go RBK-1 rev=2
      @dev: RBK-1 · start by ... /rollback start RBK-1 rev=2 ... [Start]
      dev presses Start on RBK-1
      ravi> /rollback done RBK-1
      arjun> /rollback agree-point RBK-1 The copy is checked
      arjun hears: Ask Sofia or Greta
      ledger: rollback.point-agreed x0
