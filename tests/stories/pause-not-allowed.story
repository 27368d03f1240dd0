# Where the policy allows no pause, there is none.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident pause INC-1 waiting on the vendor duty=acknowledge
      dev hears: The policy doesn't allow this clock to be paused.
      not #credit: clock paused
      duty INC-1 acknowledge: owed, due 10:00
      ledger: duty.paused x0
10:00 #credit: INC-1 · acknowledgement is late
