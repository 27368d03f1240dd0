# A seat in a role goes with everything that is owed in it, but for what the receiver may not decide.

09:00 jonas> /approval request credit "Ship v7"
      maya> /approval request credit "Ship v8"
09:10 greta> /handoff offer role=model-risk of=credit to=@maya from=@priya
      greta hears: offered: Maya answers by 11:10
      card HOF-1: the role model-risk of credit
      card HOF-1: Stays with Priya: the decision on APR-2, which the receiver may not give
      maya> /approval approve APR-1 Looks right
      maya hears: Ask Priya, Tomas or Anika
09:20 maya> /handoff accept HOF-1 first=APR-1 next=governance
      maya hears: With Priya stays what you may not answer: the decision on APR-2
      #credit: HOF-1 · at 09:20 @maya took over from Priya
      ledger: seat.handed x1
      ledger: duty.kept x1
      duty APR-1 decide: owed, due 11:00
      priya> /approval approve APR-1 Looks right
      priya hears: Ask Maya, Tomas or Anika
      maya> /approval approve APR-1 Looks right
      maya hears: 1 of 2
      maya> /approval approve APR-2 Looks right
      maya hears: You asked for this yourself
      priya> /approval approve APR-2 Looks right
      priya hears: 1 of 2
# It holds for what comes later as well, on this workflow alone.
09:30 jonas> /approval request credit "Ship v9"
      @maya: APR-3
      not @priya: APR-3
      jonas> /approval request claims "Go live"
      @priya: APR-4
      not @maya: APR-4
