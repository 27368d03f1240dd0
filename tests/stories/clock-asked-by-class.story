# What concerns personal data alone is asked about once the class says so, and counts nothing by itself.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Odd answers class=output.bias aware=08:30
      card INC-1: DORA Art. 19: initial notification: is it owed? 4 hours from classified
      not card INC-1: GDPR
      dev> /incident classify INC-1 class=data.leak
      card INC-1: GDPR Art. 33: notification of a personal data breach: is it owed? 72 hours from aware, if personal data were breached
      duty INC-1 acknowledge: owed
      ledger: incident.clock-started x0
# Somebody may say so whatever the class.
      maya> /incident open credit sev2 Odd answers again aware=08:30
      dev> /incident applies INC-2 gdpr-33
      dev hears: on record: gdpr-33.notification applies; gdpr-33.notification is due by Thu 26 Nov 08:30
      card INC-2: target Thu 26 Nov 08:30 · by law until Thu 26 Nov 09:00
      ledger: incident.clock-started x1
