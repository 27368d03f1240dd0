# What is owed again until it is fixed is owed anew once the incident is reopened; what was said of a report of before that moves nothing.
policy: tests/stories/law.toml
channel: #cloud

09:00 maya> /incident open cloud sev1 Keys of agencies were read aware=08:30
      dev> /incident applies INC-1 fedramp-iec.initial-high
      dev> /incident moment INC-1 determined 09:00
09:30 henrik> /incident submitted INC-1 fedramp-iec.initial-high FR-1
15:00 ines> /incident submitted INC-1 fedramp-iec.ongoing-high FR-3
      ines> /incident submitted INC-1 fedramp-iec.ongoing-high at=12:00 FR-2
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #2: owed, due 21:00
16:00 arjun> /incident resolve INC-1 The keys were changed
      arjun> /incident moment INC-1 fixed 15:45
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #2: void
17:00 maya> /incident reopen INC-1 They were read again
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #3: owed, due 21:00
      not card INC-1: not owed any more
