# Some reports are owed again after each one, also where there is nothing new to say, until it is fixed. What is owed by the same words
# is said once for all of it.
policy: tests/stories/law.toml
channel: #cloud

09:00 maya> /incident open cloud sev1 Keys of agencies were read aware=08:30
      dev> /incident applies INC-1 fedramp-iec
      dev hears: Say which report is owed
      dev> /incident applies INC-1 fedramp-iec.initial-high
      dev hears: on record: fedramp-iec.initial-high and fedramp-iec.final-high
      dev does not hear: moderate
      dev> /incident moment INC-1 determined 09:00
      dev hears: fedramp-iec.initial-high is due by 10:00
      nobody is told: ongoing-high
09:30 henrik> /incident submitted INC-1 fedramp-iec.initial-high FR-1
      henrik hears: fedramp-iec.ongoing-high is due by 15:30
15:00 ines> /incident submitted INC-1 fedramp-iec.ongoing-high FR-2
      ines hears: recorded: fedramp-iec.ongoing-high was submitted at 15:00; fedramp-iec.ongoing-high is due by 21:00
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #1: met
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #2: owed, due 21:00
      card INC-1: ongoing incident report at PAIN-3 to PAIN-5: target 21:00
      ledger: incident.clock-moved x0
20:00 henrik> /incident submitted INC-1 fedramp-iec.ongoing-high at=14:50 FR-2
      henrik hears: fedramp-iec.ongoing-high is due by 20:50
      #cloud: INC-1 · report fedramp-iec.ongoing-high by 20:50, not 21:00
21:00 dev> /incident moment INC-1 fixed 20:30
      dev hears: fedramp-iec.final-high is due by Tue 24 Nov 02:30
      duty INC-1 report-to-authority (fedramp-iec.ongoing-high) #3: void
      not card INC-1: target 20:50
Tue 02:00 henrik> /incident submitted INC-1 fedramp-iec.final-high FR-3
      duty INC-1 report-to-authority (fedramp-iec.final-high): met
      dev> /incident clocks INC-1
      dev hears: ongoing incident report at PAIN-3 to PAIN-5 (IEC-CSO-OIR, class C): submitted Mon 23 Nov 14:50, Henrik: “FR-2”
      dev hears: ongoing incident report at PAIN-2 (IEC-CSO-OIR, class C): not started: it follows on fedramp-iec.initial-moderate
