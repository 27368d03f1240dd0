# A bot that wasn't there on two Mondays posts one digest when it is back: once for both, with the time of both, and it says that it is late.
policy: tests/stories/digest.toml
start: 2026-11-20 09:00

Fri 09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
Sat 09:00 the bot is killed
2026-12-01 10:00 the bot is back
      #credit x1: SLA digest · Mon 23 Nov 2026 09:00 – Mon 30 Nov 2026 09:00 ... This digest was due at ... it comes late, and once for all that was missed meanwhile
      ledger: digest.due x1
