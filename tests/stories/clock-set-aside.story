# A clock is set aside by the role whose word it takes, with a reason, and stays on record; it can be taken up again.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak aware=08:40
      dev> /incident applies INC-1 gdpr-33
      henrik> /incident set-aside INC-1 gdpr-33 It was test data
      henrik hears: setting gdpr-33.notification aside
      duty INC-1 report-to-authority (gdpr-33.notification): owed
      greta> /incident waive INC-1 duty=report-to-authority It was test data
      greta hears: says why it isn't owed: nobody but its authority can waive the report to the authority
      duty INC-1 report-to-authority (gdpr-33.notification): owed
      greta> /incident set-aside INC-1 gdpr-33.notification
      greta hears: form incident.set-aside:INC-1: law=gdpr-33.notification
      greta> /incident set-aside INC-1 gdpr-33 Counsel: it was test data
      greta hears: set aside by the authority of governance, and kept on record: gdpr-33.notification
      #credit: clock set aside by Greta ... gdpr-33.notification (governance): Counsel: it was test data
      card INC-1: set aside 09:00, Greta (governance): “Counsel: it was test data”
      duty INC-1 report-to-authority (gdpr-33.notification): void
      henrik> /incident submitted INC-1 gdpr-33 DPA-77
      henrik hears: gdpr-33.notification was set aside at 09:00 by Greta. /incident applies INC-1 gdpr-33.notification says that it is owed after all.
      ledger: incident.report-submitted x0
Tue 09:00 nobody is told: gdpr-33
      dev> /incident applies INC-1 gdpr-33
      dev hears: gdpr-33.notification is due by Thu 26 Nov 08:40
      card INC-1: target Thu 26 Nov 08:40
      maya> /incident timeline INC-1
      maya hears: Greta set gdpr-33.notification aside, by the authority of governance: “Counsel: it was test data”
