# After the target was changed, an older message authorises nothing: nobody authorises what they haven't read.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      @arjun: RBK-1 ... [Authorise]
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
09:05 maya> /rollback retarget RBK-1 to=v5 v6 has the same fault
      edited @arjun: RBK-1 · authorisation no longer needed since 09:05: it goes to something else now
      not edited @arjun: [Authorise]
      case RBK-1: proposed
      ledger: rollback.authorised x0
