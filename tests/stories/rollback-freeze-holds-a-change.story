# A freeze holds what goes into production: the vote that would approve a change of a workflow there, also by one person alone, and silence
# approves nothing meanwhile. What was voted before stands, and what changes nothing in production goes on.

09:00 jonas> /approval request credit Ship v8
      jonas> /approval request credit The minutes path=papers
      jonas> /approval request credit Ship v9 path=silence
      jonas> /approval request claims Another prompt path=papers
09:10 greta> /rollback freeze credit until 12:00 v7 was bad, and nobody knows why
      greta> /rollback freeze claims until 12:00 The same
      priya> /approval approve APR-1
      priya hears: your approval is recorded, 1 of 2
      tomas> /approval approve APR-1
      tomas hears: Changes of credit are held until 12:00: “v7 was bad, and nobody knows why”. Ask Arjun, Sofia or Greta: /rollback override credit APR-1 why lets this one through
      case APR-1: requested
      duty APR-1 decide: owed, votes 1
      arjun> /approval breakglass APR-1 It can't wait
      arjun hears: Changes of credit are held until 12:00
      ledger: approval.glass-broken x0
# On its path nothing goes into production, and a pilot isn't there.
      tomas> /approval approve APR-2
      case APR-2: approved
      arjun> /rollback override credit APR-2 Let it
      arjun hears: Nothing is to be let through: APR-2 is approved already.
      tomas> /approval approve APR-4
      case APR-4: approved
10:00 #credit: APR-3 · “Ship v9” waits: changes are held, so silence doesn't approve it ... “v7 was bad, and nobody knows why”
      duty APR-3 decide: late
      case APR-3: requested
      sofia> /rollback override credit APR-1 It is the fix itself
10:10 tomas> /approval approve APR-1
      case APR-1: approved
12:00 #credit: Changes of credit are possible again
      tomas> /approval approve APR-3
      case APR-3: approved
