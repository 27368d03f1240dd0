# A freeze is looked at when somebody approves: a promotion that was asked for before it is held all the same. Letting one through is
# a decision of its own, and lets no other through.

09:00 jonas> /approval promote claims Eight quiet weeks
      jonas> /approval request credit Ship v8
09:10 greta> /rollback freeze claims until 12:00 The cause isn't known
      priya> /approval approve APR-1 report read
      priya hears: Promotions of claims are held until 12:00: “The cause isn't known”. /rollback thaw claims why ends that, /rollback override claims APR-1 why lets this one through
      duty APR-1 decide: owed, votes 0
# It holds promotions, and no other change.
      priya> /approval approve APR-2
      priya hears: 1 of 2
      jonas> /rollback override claims APR-1 Let me
      jonas hears: Ask Arjun, Sofia or Greta
      arjun> /rollback override claims APR-2 Let it
      #claims: APR-2 may be approved although promotions of claims are held
      priya> /approval approve APR-1 report read
      priya hears: Promotions of claims are held until 12:00
      arjun> /rollback override claims APR-1 It is the fix
      arjun hears: Recorded: APR-1 may be approved
      priya> /approval approve APR-1 report read
      priya does not hear: held
      ledger: release.freeze-overridden x2
