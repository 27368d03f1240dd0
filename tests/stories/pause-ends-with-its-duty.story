# A pause ends with the duty that it belongs to, so that the time it took stays on record.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
      arjun> /incident pause INC-1 waiting on the vendor duty=resolve
      duty INC-1 resolve: paused
09:30 greta> /incident waive INC-1 duty=resolve The vendor took it over
      duty INC-1 resolve: waived, paused 30 min
      ledger: duty.resumed x1
      maya> /incident open credit sev2 Scores drift again
      dev> /incident ack INC-2
      arjun> /incident pause INC-2 waiting on the vendor duty=resolve
10:15 maya> /incident withdraw INC-2 It was the load test
      duty INC-2 resolve: void, paused 45 min
      ledger: duty.resumed x2
# Neither of them runs again afterwards.
13:00 nobody is told: runs again
      ledger: duty.resumed x2
