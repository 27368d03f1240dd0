# Raising the severity opens the tighter duties and tells the people of the new ones; nothing that was announced gets more time.

09:00 maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, due 13:00
09:30 maya> /incident severity INC-1 sev1 Minors are among them
      maya hears: changing the severity is for triage, command and governance
      card INC-1: Severity: sev3
      dev> /incident severity INC-1 sev1 Minors are among them
      dev hears: sev1 now; tighter: acknowledge by 09:50, contain by 11:30, update by 10:00, resolve by 19:30, fill-seat (lead) by 10:10
      #credit: INC-1 · sev3 → sev1, by Dev ... Minors are among them
      @ravi: INC-1 · sev3 → sev1
      @lena: INC-1 · sev3 → sev1
      @lena: by Dev ... [Acknowledge]
      @ravi: by Dev ... [Contain]
      not @ravi: [Acknowledge]
      not @greta: INC-1
      card INC-1: Severity: sev1
      duty INC-1 acknowledge #1: void
      duty INC-1 acknowledge #2: owed, due 09:50
      ledger: duty.late x0
# The clock of sev3 is gone: only the tighter one speaks, and can be answered above.
09:40 @dev: INC-1 · acknowledgement is due at 09:50
09:45 dev> /incident ack INC-1
      duty INC-1 acknowledge #2: met
11:40 nobody is told: acknowledgement is
      not #credit: acknowledgement is late
