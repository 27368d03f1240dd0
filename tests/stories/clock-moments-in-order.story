# Nobody knows of what hasn't happened, and no report was made before its clock began.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak
      dev> /incident moment INC-1 occurred 08:30
      dev> /incident moment INC-1 aware 08:10
      dev hears: It can't have occurred at 08:30 and be aware at 08:10 already
      dev> /incident moment INC-1 aware 08:40
      dev> /incident moment INC-1 occurred 08:50
      dev hears: It can't have occurred at 08:50 and be aware at 08:40 already
      dev> /incident applies INC-1 gdpr-33
      henrik> /incident submitted INC-1 gdpr-33.notification at="2026-11-20 10:00" DPA-77
      henrik hears: is before its clock began, at 08:40
      duty INC-1 report-to-authority (gdpr-33.notification): owed
      ledger: incident.report-submitted x0
