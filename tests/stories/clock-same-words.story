# Whoever says that one of two reports is owed for one and the same reason has said it of both; the second isn't forgotten.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Records were taken aware=08:30
      dev> /incident applies INC-1 nis2-23.early-warning
      dev hears: on record: nis2-23.early-warning and nis2-23.notification
      dev hears: nis2-23.notification is due by Thu 26 Nov 08:30
      dev does not hear: ai-act-73
