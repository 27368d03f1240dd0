# Nobody speaks for two parties, as long as the other has somebody else. Whoever is the last of both may, and takes back what they said.

09:00 the policy says: members = ["ravi", "elena"] => members = ["ravi", "elena", "jonas"]
      the operator reloads
      maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      jonas> /rollback go RBK-1
      jonas hears: product says go
      jonas> /rollback go RBK-1
      jonas hears: Ask Ravi or Elena for the word of engineering: you speak for product on RBK-1, and nobody speaks for two
      duty RBK-1 say-go: owed
      jonas> /rollback no-go RBK-1 I changed my mind
      jonas hears: product says no-go
      jonas> /rollback go RBK-1
      jonas hears: product says go
      ravi> /rollback go RBK-1
      ravi hears: every party says go
      the policy says: members = ["ravi", "elena", "jonas"] => members = ["jonas"]
      the operator reloads
      arjun> /rollback propose credit from=v7 to=v5 "Scores drift"
      jonas> /rollback go RBK-2
      jonas hears: product says go
      jonas> /rollback go RBK-2
      jonas hears: engineering says go; every party says go
      jonas> /rollback no-go RBK-2 The month-end run is on
      jonas hears: product says no-go
      jonas> /rollback go RBK-2
      jonas hears: product says go; every party says go
