# A freeze is looked at when somebody approves: a promotion that was asked for before it is held all the same. Letting one through is
# a decision of its own, of somebody who didn't ask for it, and lets no other through.

09:00 jonas> /approval promote claims Eight quiet weeks
      jonas> /approval request credit Ship v8
      arjun> /approval promote claims Nine quiet weeks
09:10 greta> /rollback freeze claims until 12:00 The cause isn't known
      priya> /approval approve APR-1 report read
      priya hears: Changes of claims are held until 12:00: “The cause isn't known”. Ask Arjun, Sofia or Greta: /rollback override claims APR-1 why lets this one through, /rollback thaw claims why ends the freeze; both are recorded decisions. Going back stays possible.
      duty APR-1 decide: owed, votes 0
# It holds what is of this workflow.
      priya> /approval approve APR-2
      priya hears: 1 of 2
      jonas> /rollback override claims APR-1 Let me
      jonas hears: Ask Arjun, Sofia or Greta
# Only what is there, open, of this workflow and somebody else's is let through.
      arjun> /rollback override claims APR-99 Let it
      arjun hears: I can't find APR-99
      arjun> /rollback override claims APR-2 Let it
      arjun hears: Name an approval of claims: APR-2 is one of credit.
      arjun> /rollback override claims APR-3 Let it
      arjun hears: Ask Sofia or Greta: you asked for APR-3 yourself, and this freeze holds it.
      arjun> /rollback thaw claims I want to go on
      arjun hears: Ask Sofia or Greta: you asked for APR-3 yourself
      ledger: release.freeze-overridden x0
      ledger: release.thawed x0
      arjun> /rollback override claims APR-1 It is the fix
      arjun hears: Recorded: APR-1 may be approved
      #claims: APR-1 may be approved although changes of claims are held · Arjun
      priya> /approval approve APR-1 report read
      priya does not hear: held
      priya> /approval approve APR-3 report read
      priya hears: Changes of claims are held until 12:00
# Whoever places another freeze shortens none that stands, and takes back nothing that was let through.
      sofia> /rollback freeze claims until 11:00 For an hour
      sofia hears: End the freeze that stands first: /rollback thaw claims why. Changes of claims are held already by Greta, until 12:00: “The cause isn't known”.
      sofia> /rollback freeze claims until 13:00 Still not known
      #claims: Changes of claims are held until 13:00 · Sofia
      priya> /approval approve APR-1 report read
      priya does not hear: held
      sofia> /rollback thaw claims It is known
      #claims: Changes of claims are possible again · Sofia
      ledger: release.frozen x2
