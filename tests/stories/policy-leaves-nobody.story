# A new policy takes out the last one who could still answer: who asks can't decide, and the other has voted. Whoever loads it
# hears so at once, and so do the operators.

09:00 jonas> /approval request credit Ship v8
      priya> /approval approve APR-1
      duty APR-1 decide: owed, votes 1
09:10 the policy says: members = ["priya", "tomas", "anika"] => members = ["priya", "jonas"]
      greta> /sla reload
      greta hears: is in force ... APR-1 waits on nobody: decision
      #ops x1: Name somebody in the policy: APR-1 waits on nobody. Nobody is left who may give the decision that model-risk owes
10:00 the policy says: members = ["priya", "jonas"] => members = ["priya", "jonas", "henrik"]
      greta> /sla reload
      greta hears: is in force
      @henrik: APR-1 · decision ... by 11:00 is now with @henrik
      not #ops: waits on nobody
