# Late, the next role hears, once a day again, and the report still counts when it comes.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
Wed 18:16 @henrik: INC-1 · report to the authority (gdpr-33.notification) is due at Thu 26 Nov 08:40, 14 h 24 min left
      not @greta: INC-1
Thu 08:40 @greta: INC-1 · report to the authority (gdpr-33.notification) is late
      @ines: INC-1 · report to the authority (gdpr-33.notification) is late, due 08:40
      duty INC-1 report-to-authority (gdpr-33.notification): late, attributed risk
      henrik> /incident pause INC-1 duty=report-to-authority waiting for counsel
      henrik hears: can't be paused
Fri 08:40 @greta: is still late
      greta> /incident submitted INC-1 gdpr-33 DPA-77
      greta hears: recorded: gdpr-33.notification was submitted
      duty INC-1 report-to-authority (gdpr-33.notification): met-late
Sun 09:00 nobody is told: is still late
