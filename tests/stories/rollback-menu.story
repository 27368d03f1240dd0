# What can be done now is what the rules would accept of whoever asks.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      arjun> /rollback menu RBK-1
      arjun does not hear: [Start]
      maya> /rollback menu RBK-1
      maya does not hear: Authorise
      jonas> /rollback menu RBK-1
      jonas hears: [Go]
