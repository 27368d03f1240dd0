# Whoever asked can't decide in another's seat either: the seat stays with its giver.

09:00 tomas> /approval delegate @maya until friday 17:00 Holiday
      tomas hears: Maya stands in for Tomas
      jonas> /approval request credit Ship v7
      duty APR-1 decide: owed, holders priya maya anika
      maya> /approval request credit Ship v8
      duty APR-2 decide: owed, holders priya tomas anika
      @tomas: APR-2
      maya> /approval approve APR-2
      maya hears: You asked for this yourself, so somebody else decides.
      tomas> /approval approve APR-2
      tomas hears: 1 of 2
      maya> /approval approve APR-1
      maya hears: 1 of 2
      card APR-1: Maya approved for Tomas
# Nobody arranges to sit in another's seat by arranging the absence.
      greta> /approval delegate @greta until friday 17:00 for=priya She is ill
      greta hears: Ask Priya, or a third person who may set delegations: you can't hand Priya's duties to yourself
      jonas> /approval delegate @henrik until friday 17:00 for=priya She is ill
      jonas hears: setting a delegation for somebody else is for governance and command
      greta> /approval delegate @henrik until friday 17:00 for=priya She is ill
      greta hears: Henrik stands in for Priya
      @priya: @henrik stands in for Priya
      @henrik: APR-1 · decision
      duty APR-1 decide: owed, holders henrik maya anika
