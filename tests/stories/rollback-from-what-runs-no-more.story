# Authorised for what ran then, it doesn't start once another rollback has altered that: whoever authorises is asked anew.

09:00 maya> /rollback propose claims from=v3 to=v1 "Claims go astray"
      arjun> /rollback authorise RBK-1 v1 is known to be good
      maya> /rollback propose claims from=v3 to=v2 "Claims go astray, too"
      arjun> /rollback authorise RBK-2 v2 is known to be good
      arjun> /rollback start RBK-2
09:10 ravi> /rollback done RBK-2 step=1
      arjun> /rollback withdraw RBK-2 v2 is bad as well
      arjun> /rollback start RBK-1
      arjun hears: says from what to what it goes now, and it is authorised anew: RBK-2 ended at 09:10, after that was given, and may have altered what runs
      ledger: rollback.started x1
      arjun> /rollback retarget RBK-1 from=v2 to=v1 It runs on v2 now
      sofia> /rollback authorise RBK-1 rev=2 So be it
      arjun> /rollback start RBK-1 rev=2
      case RBK-1: running
# Where it holds all the same, the same target is said once more, and only then.
      maya> /rollback propose claims from=v2 to=v0 "And again"
      arjun> /rollback authorise RBK-3 So be it
      maya> /rollback retarget RBK-3 from=v2 to=v0 Nothing was done
      maya hears: RBK-3 goes from “v2” to “v0” already
09:20 ravi> /rollback done RBK-1 step=1
      arjun> /rollback withdraw RBK-1 v2 was put back by hand
      maya> /rollback retarget RBK-3 from=v2 to=v0 v2 runs as before
      maya hears: it goes from “v2” to “v0” now; the authorisation is void
      case RBK-3: proposed
