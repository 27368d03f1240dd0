# Whoever answers at the very minute of the deadline is late: time comes first, and the breach is recorded before the answer.

09:00 maya> /incident open credit sev2 Scores drift
10:00 dev> /incident ack INC-1
      duty INC-1 acknowledge: met-late, due 10:00
      ledger: duty.late x1
      maya> /incident open credit sev2 Scores drift again
10:59 dev> /incident ack INC-2
      duty INC-2 acknowledge: met, due 11:00
      ledger: duty.late x1
