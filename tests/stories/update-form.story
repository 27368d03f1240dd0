# One update says how it stands, how far it has come, how grave it is, and when the next one comes: all of it or nothing.

09:00 the policy says: duty = "update"\nstage = "production"\nseverity = "sev1"\nholder = "command"\nwithin = "30m" => duty = "update"\nstage = "production"\nseverity = "sev1"\nholder = "command"\nwithin = "30m"\nnext_at_most = "2h"
      the operator reloads
      maya> /incident open credit sev1 Cards are blocked
      dev> /incident ack INC-1
      duty INC-1 update: owed, due 09:30
09:10 arjun> /incident update INC-1 next=10:40 The vendor looks at it
      arjun hears: update told; the next one by 10:40
      #credit: INC-1 · update by Arjun · the next one by 10:40 ... The vendor looks at it
      duty INC-1 update #2: owed, due 10:40
      maya> /incident timeline INC-1
      maya hears: Update by Arjun: “The vendor looks at it” · the next one by 10:40
# The ladder stands to the promised moment as it stands to one of the policy's.
09:55 @arjun: update is due at 10:40, 45 min left
      arjun> /incident update INC-1 next=20m Half of them work again
      duty INC-1 update #3: owed, due 10:15
      arjun> /incident update INC-1 next=15:00 Later
      arjun hears: Promise the next update of INC-1 for 11:55 at the latest: the policy allows 2 h
      ledger: incident.updated x2
# Severity, state and the next one in one: told once, with the same words.
10:00 sofia> /incident role INC-1 lead
      sofia> /incident update INC-1 state=contained severity=sev2 Nobody is blocked any more
      sofia hears: sev2 now ... contained ... update told
      #credit: sev1 → sev2 ... Nobody is blocked any more
      #credit: INC-1 is contained · Sofia ... Nobody is blocked any more
      case INC-1: contained
      ledger: incident.updated x3
      ledger: incident.contained x1
      ledger: incident.severity-changed x1
# Nothing half done: who may not change the severity changes nothing.
      maya> /incident open credit sev1 Another
      dev> /incident ack INC-2
      elena> /incident update INC-2 state=contained severity=sev2 We stopped it
      elena hears: changing the severity is for triage
      case INC-2: acknowledged
      ledger: incident.contained x1
      arjun> /incident update INC-2 state=resolved next=11:00 Over
      arjun hears: Leave the next update out: nobody owes one any more once it is resolved
      case INC-2: acknowledged
# The form asks for the same.
      arjun presses Update on INC-2
      arjun hears: form incident.update:INC-2
      arjun submits: text = It is over; state = resolved; severity = sev3
      case INC-2: resolved
      nobody is told: update is late
# Where the policy asks for no updates, a promise is kept by the same clock, and whoever gives one keeps it.
      maya> /incident open credit sev3 Odd scores
10:10 dev> /incident update INC-3 next=11:10 I look at it
      duty INC-3 update: owed, due 11:10, holders dev
10:40 @dev: INC-3 · update is due at 11:10, 30 min left
      lena> /incident update INC-3 Nothing to be seen
      duty INC-3 update: met
