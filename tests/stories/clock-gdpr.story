# A report to an authority is asked about, counted from the moment that the law names, nudged, and recorded.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak
      card INC-1: GDPR Art. 33: notification of a personal data breach: is it owed? 72 hours from aware
      not card INC-1: until
      dev> /incident applies INC-1 gdpr-33
      dev hears: on record: gdpr-33.notification applies. Not started: when it was aware isn't recorded: /incident moment INC-1 aware …
      card INC-1: not started: aware isn’t recorded: /incident moment INC-1 aware …
      nobody is told: report gdpr-33.notification by
      dev> /incident moment INC-1 aware 08:40
      dev hears: recorded: aware at 08:40, as you say; gdpr-33.notification is due by Thu 26 Nov 08:40
      @henrik: INC-1 · report gdpr-33.notification by Thu 26 Nov 08:40, @henrik or @ines ... By law it runs out at Thu 26 Nov 09:00; no legal advice
      #credit: INC-1 · report gdpr-33.notification by
      card INC-1: target Thu 26 Nov 08:40 · by law until Thu 26 Nov 09:00 · since 08:40
      duty INC-1 report-to-authority (gdpr-33.notification): owed
Tue 20:40 @ines: report to the authority (gdpr-33.notification) is due at Thu 26 Nov 08:40
      not @greta: gdpr-33
      maya> /incident submitted INC-1 gdpr-33.notification DPA-77
      maya hears: compliance
      henrik> /incident submitted INC-1 gdpr-33.notification at=20:30 DPA-77
      henrik hears: recorded: gdpr-33.notification was submitted at 20:30
      #credit: report submitted by Henrik ... gdpr-33.notification: DPA-77
      card INC-1: submitted 20:30, Henrik: “DPA-77”
      duty INC-1 report-to-authority (gdpr-33.notification): met
      ledger: incident.report-submitted x1
      nobody is told: still owed
Thu 09:00 nobody is told: is late
