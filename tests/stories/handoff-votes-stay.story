# A vote that was given stays given, and whoever receives the seat adds none to it in the giver's place.

09:00 maya> /approval request credit "Ship v7"
      priya> /approval approve APR-1
09:10 priya> /handoff offer role=model-risk of=credit to=@henrik
      henrik> /handoff accept HOF-1
      henrik hears: it is yours from now on
      duty APR-1 decide: owed, due 11:00, votes 1
      priya> /approval approve APR-1
      priya hears: You have answered APR-1 already
      tomas> /approval approve APR-1
      case APR-1: approved
