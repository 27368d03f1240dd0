# A form that was open, or a button that was drawn, while somebody changed the target: nobody authorises or says go to what they haven't
# read. Whoever types says which they read.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas looks at RBK-1
      arjun presses Authorise in a message
      arjun hears: form rollback.authorise:RBK-1:1
09:05 maya> /rollback retarget RBK-1 to=v3 v6 has the same fault
      arjun submits: reason = v6 is known to be good
      arjun hears: Read the card again and press the new button: the target of RBK-1 was changed after that one was drawn.
      jonas presses Go on RBK-1 as seen
      jonas hears: Read the card again
      jonas> /rollback go RBK-1
      jonas hears: Read it again with /rollback status RBK-1, then type /rollback go RBK-1 rev=2: RBK-1 is another than it was at first, and goes from “v7” to “v3”.
      ledger: rollback.authorised x0
      ledger: rollback.go-said x0
      case RBK-1: proposed
      jonas presses Go on RBK-1
      jonas hears: product says go
