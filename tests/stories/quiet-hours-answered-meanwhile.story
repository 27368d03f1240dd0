# What was answered during the night is not told in the morning.
start: 2026-11-23 21:30

21:30 maya> /incident open credit sev3 A control is slow
23:30 @dev: INC-1 · acknowledgement is due at Tue 24 Nov 01:30, 2 h left
      not @lena: is due
      outbox: waiting x1
23:40 dev> /incident ack INC-1
Tue 07:00 not @lena: INC-1
      nobody is told: acknowledgement is
      outbox: dropped x1
      outbox: waiting x0
      ledger: told.not-needed x1
