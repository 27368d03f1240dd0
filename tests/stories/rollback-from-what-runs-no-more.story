# Authorised for what ran then, it doesn't start once another rollback has altered that: whoever authorises is asked anew.

09:00 maya> /rollback propose claims from=v3 to=v1 "Claims go astray"
      arjun> /rollback authorise RBK-1 v1 is known to be good
      maya> /rollback propose claims from=v3 to=v2 "Claims go astray, too"
      arjun> /rollback authorise RBK-2 v2 is known to be good
      arjun> /rollback start RBK-2
09:10 ravi> /rollback done RBK-2 step=1
      arjun> /rollback withdraw RBK-2 v2 is bad as well
      arjun> /rollback start RBK-1
      arjun hears: says from what to what it goes now, and it is authorised anew: RBK-2 altered what runs at 09:10
      ledger: rollback.started x1
      arjun> /rollback retarget RBK-1 from=v2 to=v1 It runs on v2 now
      sofia> /rollback authorise RBK-1 rev=2 So be it
      arjun> /rollback start RBK-1 rev=2
      case RBK-1: running
