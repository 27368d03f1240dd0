# Another version than was authorised is nothing that anybody authorised: everything that was said before is void.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
09:10 maya> /rollback retarget RBK-1 to=v5 v6 has the same fault
      maya hears: it goes from “v7” to “v5” now; the authorisation is void; Arjun, Sofia or Greta authorises by 09:30
      #credit: RBK-1 · Maya changed the target: roll-back from v7 to v5 now ... is void
      @ravi: RBK-1 · go or no-go of engineering by 09:30 · roll-back from v7 to v5
      case RBK-1: proposed
      dev> /rollback start RBK-1
      dev hears: nobody has authorised it
      sofia> /rollback authorise RBK-1 v5 is known to be good
      sofia hears: Read it again with /rollback status RBK-1, then type /rollback authorise RBK-1 rev=2
# What was looked at was v6.
      sofia> /rollback authorise RBK-1 rev=2 v5 is known to be good
      sofia hears: Look at every criterion first
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      sofia> /rollback authorise RBK-1 rev=2 v5 is known to be good
      case RBK-1: authorised
      dev> /rollback start RBK-1
      dev hears: Read it again with /rollback status RBK-1, then type /rollback start RBK-1 rev=2
      dev> /rollback start RBK-1 rev=2
      dev hears: silence is never go
      ledger: rollback.started x0
