# The role that owes a report, whoever the ladder called and the lead may record it; others may not.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      arjun> /incident submitted INC-1 gdpr-33 DPA-77
      arjun hears: compliance
      greta> /incident submitted INC-1 gdpr-33 DPA-77
      greta hears: compliance
      ledger: incident.report-submitted x0
      arjun> /incident role INC-1 lead
      arjun> /incident submitted INC-1 gdpr-33 DPA-77
      arjun hears: recorded: gdpr-33.notification was submitted
      ledger: incident.report-submitted x1
      henrik> /sla mine
      henrik does not hear: gdpr-33
