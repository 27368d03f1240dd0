# A report that is said once more with the same reference is corrected; the first submission counts for what follows on it, where the law doesn't say the latest.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Records were taken aware=08:30
      dev> /incident applies INC-1 nis2-23
12:00 henrik> /incident submitted INC-1 nis2-23.notification CSIRT-1
      henrik hears: nis2-23.final is due by Wed 23 Dec 12:00
13:00 henrik> /incident submitted INC-1 nis2-23.notification CSIRT-2
      henrik hears: recorded: nis2-23.notification was submitted at 13:00
      nobody is told: report nis2-23.final by
      duty INC-1 report-to-authority (nis2-23.final): owed, due Wed 23 Dec 12:00
      ledger: incident.clock-moved x0
      henrik> /incident submitted INC-1 nis2-23.notification at=11:30 CSIRT-1
      henrik hears: nis2-23.final is due by Wed 23 Dec 11:30
      #claims: INC-1 · report nis2-23.final by Wed 23 Dec 11:30, not Wed 23 Dec 12:00
      ledger: incident.clock-moved x1
