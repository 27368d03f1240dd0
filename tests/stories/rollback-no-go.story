# One party says no-go: it doesn't start, whoever authorised it. They may change their mind, and nobody does it for them.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback no-go RBK-1
      ravi hears: form rollback.no-go:RBK-1
      ravi submits: reason = The month-end run is on
      #credit: RBK-1 · engineering says no-go · Ravi ... “The month-end run is on”
      @dev: RBK-1 · engineering says no-go
      arjun> /rollback authorise RBK-1 v6 is known to be good
      arjun hears: it doesn't start without the go of engineering
      dev> /rollback start RBK-1
      dev hears: Ask Ravi or Elena for /rollback go RBK-1: the go of engineering is missing; engineering says no-go: “The month-end run is on”
      dev> /rollback go RBK-1
      dev hears: Ask Maya, Jonas, Ravi or Elena
      ledger: rollback.started x0
10:00 elena> /rollback go RBK-1 The run is over
      elena hears: engineering says go; every party says go
      card RBK-1: Go: product go (Jonas) · engineering go (Elena)
      dev> /rollback start RBK-1
      case RBK-1: running
