# What somebody owes to authorities stands among the rest of what they owe.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      henrik> /sla mine
      henrik hears: report to the authority (gdpr-33.notification) on “Addresses came out” by Thu 26 Nov 08:40
      henrik hears: [Report submitted
      maya> /sla mine
      maya does not hear: gdpr-33
      greta> /incident set-aside INC-1 gdpr-33 Not ours
      henrik> /sla mine
      henrik does not hear: gdpr-33
