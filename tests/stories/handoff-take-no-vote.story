# Nobody comes into a vote by taking a case over: what the policy keeps to a role stays with whoever has it there, and the answer says who may.

09:00 maya> /approval request credit "Ship v7"
      arjun> /handoff take APR-1 from=@priya Priya doesn't answer
      arjun hears: with Priya stays what you may not answer, the decision on APR-1, for Priya, Tomas or Anika. Whoever has such a seat hands it on with /handoff offer role=… of=credit to=@…
      ledger: handoff.taken x0
      duty APR-1 decide: owed, holders priya tomas anika
      arjun> /approval approve APR-1 Fine
      arjun hears: Ask Priya, Tomas or Anika
# Nor by an offer of the case.
      priya> /handoff offer APR-1 to @lena
      priya hears: with Priya stays what the receiver may not answer, the decision on APR-1, for Priya, Tomas or Anika
      ledger: handoff.offered x0
      priya> /handoff offer APR-1 to @tomas
      tomas> /handoff accept HOF-1 first=APR-1 next=governance
      duty APR-1 decide: owed, holders tomas anika
