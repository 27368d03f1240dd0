# What a law asks for outlives the incident: resolved, it is still owed, and recorded after the end.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      arjun> /incident resolve INC-1 Access was closed
      duty INC-1 report-to-authority (gdpr-33.notification): owed
      arjun> /incident review INC-1 accept All good
      case INC-1: reviewed
      duty INC-1 report-to-authority (gdpr-33.notification): owed
Thu 08:40 @henrik: INC-1 · report to the authority (gdpr-33.notification) is late
      henrik> /incident submitted INC-1 gdpr-33 at=08:35 DPA-77
      duty INC-1 report-to-authority (gdpr-33.notification): met-late
      case INC-1: reviewed
Fri 09:00 nobody is told: is late
