# Before it runs, whoever proposed it may take it back; others who don't authorise may not.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      priya> /rollback withdraw RBK-1 I don't like it
      priya hears: Ask Arjun, Sofia or Greta
      maya> /rollback withdraw RBK-1 It was the load test
      maya hears: abandoned; nothing was altered
      duty RBK-1 authorise-rollback: void
      duty RBK-1 say-go (product): void
      case RBK-1: abandoned
