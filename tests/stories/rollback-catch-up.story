# Whoever joins late reads how it stands, who owes what, and what happened.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1 All traffic is on v6
09:30 priya> /rollback catch-up RBK-1
      priya hears: RBK-1 · “Scores drift” · running, asked for 09:00 ... About: credit · roll-back ... Proposed by: Maya
      priya hears: The evidence is sealed
      priya hears: Step 1 is done, Ravi: “All traffic is on v6”
      priya> /rollback timeline RBK-1
      priya hears: Dev looked at criterion 1: met
      priya hears: Jonas says go for product
      priya> /rollback list
      priya hears: RBK-1 “Scores drift” · credit, running · live · roll-back
      priya does not hear: drill
