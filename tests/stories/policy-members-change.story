# A new policy with other members: what is open moves to whoever holds the role now, and the clock keeps running.

09:00 maya> /approval request credit Ship v7
      duty APR-1 decide: owed, holders priya tomas anika
      priya> /approval approve APR-1
09:10 the policy says: members = ["priya", "tomas", "anika"] => members = ["priya", "anika", "henrik"]
      greta> /sla reload
      #credit: APR-1 · decision ... is now with @henrik
      @henrik: APR-1 · decision ... by 11:00 is now with @henrik
      not @priya: APR-1
      duty APR-1 decide: owed, due 11:00, holders priya anika henrik, votes 1
      tomas> /approval approve APR-1
      tomas hears: Ask Anika or Henrik: the decision on APR-1 is for model-risk
      henrik> /approval approve APR-1
      case APR-1: approved
