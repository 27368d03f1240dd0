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
Mon 09:00 #credit x1: SLA digest · Mon 23 Nov 2026 09:00 – Mon 30 Nov 2026 09:00 ... In time: 1 of 6 (17 %) ... credit · Incident response: 1 of 6 (17 %) in time, 4 still owed ... What would help most ... 1. Answer what is late now (4). First INC-2, the acknowledgement: triage owes it ... Acknowledgement: 1 of 3 in time
      not #ops: SLA digest
      ledger: digest.due x1
Mon 12:00 dev> /sla mine
      nobody is told: SLA digest
