# The bot was down when a report fell due: one true thing afterwards, with how late it is told.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
Tue 09:00 the bot is killed
Thu 10:00 the bot is back
      @henrik: INC-1 · report to the authority (gdpr-33.notification) is late, due 08:40
      not @henrik: is due at
      duty INC-1 report-to-authority (gdpr-33.notification): late
      card INC-1: target 08:40 · by law until 09:00 · since Mon 23 Nov 08:40
