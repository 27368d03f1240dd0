# A new policy moves no clock that was announced, and takes none away; what it watches counts from the next incident on.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      the policy says: regimes = ["dora", "gdpr-33", "ai-act-73"] => regimes = ["dora"]
      the operator reloads
      duty INC-1 report-to-authority (gdpr-33.notification): owed, due Thu 26 Nov 08:40
      card INC-1: target Thu 26 Nov 08:40
      dev> /incident moment INC-1 aware 08:20
      dev hears: gdpr-33.notification is due by Thu 26 Nov 08:20
      maya> /incident open credit sev2 Once more aware=08:40
      not card INC-2: GDPR
      dev> /incident applies INC-2 gdpr-33
      dev hears: No law that is watched on INC-2 asks for “gdpr-33”
      ledger: incident.clock-applies x1
