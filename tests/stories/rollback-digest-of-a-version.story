# The same version with another digest is another version: what was authorised is void. A change that changes nothing is none.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift" to-digest=sha256:0a
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      arjun> /rollback authorise RBK-1 v6 is known to be good
      maya> /rollback retarget RBK-1 to-digest=sha256:0a The same
      maya hears: Say what changes
      case RBK-1: authorised
      maya> /rollback retarget RBK-1 to-digest=sha256:0b It was built again
      maya hears: the authorisation is void
      card RBK-1: To: “v6” · “sha256:0b” · revision 2
      case RBK-1: proposed
      ledger: rollback.retargeted x1
