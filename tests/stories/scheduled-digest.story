# The weekly digest falls once, on its Monday morning, in its channel, with what was kept and what was late.
policy: tests/stories/digest.toml
start: 2026-11-27 09:00

Fri 09:00 maya> /incident open credit sev2 Scores drift
      maya> /incident open credit sev2 Scores drift again
      dev> /incident ack INC-1
      dev> /sla digest
      dev hears: credit
Sun 23:00 not #credit: SLA digest
Mon 08:59 not #credit: SLA digest
Mon 09:00 #credit x1: SLA digest · Mon 23 Nov 2026 09:00 – Mon 30 Nov 2026 09:00 ... credit ... acknowledgement: 3 opened, 1 kept, 2 late
      not #ops: SLA digest
      ledger: digest.due x1
Mon 12:00 dev> /sla mine
      nobody is told: SLA digest
