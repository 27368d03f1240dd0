# A new policy takes out the last one who could still answer. Whoever loads it hears so at once, and the operators do.

09:00 maya> /approval request credit Ship v7
      jonas> /approval request credit Ship v8
      priya> /approval approve APR-1
      tomas> /approval approve APR-1
      priya> /approval approve APR-2
      duty APR-2 decide: owed, votes 1
09:10 the policy says: members = ["priya", "tomas", "anika"] => members = ["priya"]
      greta> /sla reload
      greta hears: is in force ... APR-2 waits on nobody: decision
      #ops: APR-2 waits on nobody: nobody is left who may give the decision that model-risk owes
      nobody is told: APR-1
# Once is enough, until somebody is there again.
09:30 not #ops: waits on nobody
10:00 the policy says: members = ["priya"] => members = ["priya", "henrik"]
      greta> /sla reload
      greta hears: is in force
      @henrik: APR-2 · decision ... is now with @henrik, due at 11:00
      not #ops: waits on nobody
