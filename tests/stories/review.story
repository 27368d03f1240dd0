# The review is drafted from the ledger, and the incident is closed by accepting it, not by resolving.

09:00 maya> /incident open credit sev2 Scores drift class=perf.drift
09:10 dev> /incident ack INC-1
      arjun> /incident decision INC-1 v6 stays until Monday
      arjun> /incident followup INC-1 @dev 2d Add an alarm on feature age
      | - resolve, triage: met after 1 min (target 8 h)
10:30 arjun> /incident review INC-1 accept
      arjun hears: INC-1 is acknowledged and not resolved yet
      arjun> /incident resolve INC-1 back-filled
      case INC-1: resolved
      greta> /incident review INC-1
      greta hears: review of “Scores drift”, as drafted from the ledger
      greta hears: Dev acknowledged it
      greta hears: Decision by Arjun: “v6 stays until Monday”
      greta hears: acknowledge, triage: met after 10 min (target 1 h)
      greta hears: # Review of INC-1: “Scores drift”
      greta hears: - Dev: “Add an alarm on feature age - resolve, triage: met after 1 min (target 8 h)” (due
      greta hears: No other incident of class perf.drift on credit in the 90 days before.
      case INC-1: resolved
11:00 jonas> /incident review INC-1 accept
      jonas hears: is for
      case INC-1: resolved
Mon 22:30 @greta: INC-1 · review is due at Tue 24 Nov 10:30, 12 h left
      greta presses See the review in a message
      greta hears: as drafted from the ledger ... [Accept review] [Edit first]
      case INC-1: resolved
      greta presses Accept review in the answer
      greta hears: reviewed and closed; one follow-up stays open, and its clock runs on
      #credit: INC-1 is reviewed · Greta
      case INC-1: reviewed
      duty INC-1 review: met
      duty INC-1 follow-up: owed
      ledger: incident.reviewed x1
      ledger: said.form x0
      greta> /incident review INC-1 accept
      greta hears: INC-1 is reviewed already
      ledger: incident.reviewed x1
# The same class again: that it recurs is said.
Tue 09:00 maya> /incident open credit sev2 Scores drift again class=perf.drift
      arjun> /incident resolve INC-2 back-filled again
      greta> /incident review INC-2
      greta hears: 1 other incident of class perf.drift on credit in the 90 days before.
