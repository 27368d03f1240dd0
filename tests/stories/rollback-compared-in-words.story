# A sentence about a way out is a sentence, also where one of its words is the name of a field; what can't be undone ends where the
# sentence begins.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback compare RBK-1 fix-forward takes too long to test
      dev hears: fix-forward stands beside roll-back on the card
      card RBK-1: fix-forward: “takes too long to test”
      dev> /rollback compare RBK-1 contain takes=20m undone=nothing People can't read them all
      dev does not hear: form
      card RBK-1: contain · 20 min · can't be undone: “nothing”: “People can't read them all”
      dev> /rollback compare RBK-1 stay undone="a backlog of cases" Wrong decisions go on
      card RBK-1: stay · can't be undone: “a backlog of cases”: “Wrong decisions go on”
