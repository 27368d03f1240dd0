# A new policy moves no deadline that was announced. What is opened after it runs on it, and who may bring it in is the policy's to say.

09:00 maya> /incident open credit sev2 Scores drift
      duty INC-1 acknowledge: owed, due 10:00
09:10 the policy says: severity = "sev2"\nholder = "triage"\nwithin = "1h" => severity = "sev2"\nholder = "triage"\nwithin = "30m"
      the policy says: [ladders.fast]\nnudge_at_percent = [50, 80] => [ladders.fast]\nnudge_at_percent = [20, 80]
      maya> /sla reload
      maya hears: Ask Greta: reloading the policy is for governance.
      not #ops: A new policy
      greta> /sla reload
      greta hears: Policy “Story bank” is in force. Deadlines that were announced stay as they are; new cases run on it.
      #ops: A new policy is in force ... Loaded by Greta
      duty INC-1 acknowledge: owed, due 10:00
      ledger: policy.loaded x2
09:15 maya> /incident open credit sev2 Scores drift again
      duty INC-2 acknowledge: owed, due 09:45
# The old one keeps its nudges as well.
09:29 not @dev: INC-1
09:30 @dev: INC-1 · acknowledgement is due at 10:00
09:45 @dev: INC-2 · acknowledgement is late
      not @dev: INC-1 · acknowledgement is late
      greta> /sla reload
      greta hears: That policy is in force already; nothing changed.
      ledger: policy.loaded x2
10:00 @dev: INC-1 · acknowledgement is late
# A duty that opens later on the old case is owed on the terms of the policy that the case was opened under, ladder and all.
10:10 dev> /incident ack INC-1
      dev> /incident ack INC-2
      arjun> /incident resolve INC-1 back-filled
      maya> /incident reopen INC-1 it is back
      duty INC-1 acknowledge #2: owed, due 11:10
10:39 not @dev: INC-1 · acknowledgement is due
10:40 @dev: INC-1 · acknowledgement is due at 11:10, 30 min left
      arjun> /incident resolve INC-2 back-filled
      maya> /incident reopen INC-2 it is back
      duty INC-2 acknowledge #2: owed, due 11:10
10:46 @dev: INC-2 · acknowledgement is due at 11:10, 24 min left
