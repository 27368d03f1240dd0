# A response in time and a resolution too late are two things: one kept, one missed.

09:00 maya> /incident open credit sev2 Scores drift
09:05 dev> /incident ack INC-1
      dev> /incident contain INC-1 switched to v6
      duty INC-1 acknowledge: met
19:00 #credit: INC-1 · resolution is late
      duty INC-1 acknowledge: met
      duty INC-1 resolve: late, due 19:00, attributed operations
      ledger: duty.late x1
19:10 arjun> /incident resolve INC-1 back-filled
      duty INC-1 acknowledge: met
      duty INC-1 resolve: met-late
# A response too late and a resolution in time.
19:20 maya> /incident open credit sev2 Scores drift again
20:20 #credit: INC-2 · acknowledgement is late
20:30 arjun> /incident resolve INC-2 back-filled again
      duty INC-2 acknowledge: met-late
      duty INC-2 resolve: met
      ledger: duty.late x2
      greta> /incident review INC-2
      greta hears: acknowledge, triage: met-late after ... resolve, command: met after
