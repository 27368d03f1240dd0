# A moment that lies so far back that the time is up is told as late at once, as one thing.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak
      dev> /incident applies INC-1 gdpr-33
      dev> /incident moment INC-1 aware 2026-11-19 08:00
      dev hears: gdpr-33.notification is due by Sun 22 Nov 08:00
      @greta: INC-1 · report to the authority (gdpr-33.notification) is late
      not @greta: is due at
      duty INC-1 report-to-authority (gdpr-33.notification): late, due Sun 22 Nov 08:00
