# Whoever asks can't choose who decides: a deputy that the requester set for somebody else doesn't count on their own request.

09:00 arjun> /approval delegate @henrik until friday 17:00 for=priya She is ill
      arjun hears: Henrik stands in for Priya
      arjun> /approval request credit Ship v7
      duty APR-1 decide: owed, holders priya tomas anika
      not @henrik: APR-1
      @priya: APR-1
      henrik> /approval approve APR-1
      henrik hears: the decision on APR-1 is for model-risk
      priya> /approval approve APR-1
      priya hears: 1 of 2
# On anybody else's request it counts.
      maya> /approval request credit Ship v8
      duty APR-2 decide: owed, holders henrik tomas anika
      henrik> /approval approve APR-2
      henrik hears: 1 of 2
# What somebody arranged for themselves counts always, also where it serves the requester.
      tomas> /approval delegate @ines until friday 17:00 Holiday
      duty APR-1 decide: owed, holders priya ines anika
      ines> /approval approve APR-1
      case APR-1: approved
