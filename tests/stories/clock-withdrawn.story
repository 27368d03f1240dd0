# While a report is owed, its incident can't be put out of sight, be its clock begun or not.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      maya> /incident open credit sev2 The same
      dev> /incident applies INC-1 gdpr-33
      maya> /incident withdraw INC-1 A false alarm
      maya hears: gdpr-33.notification is still owed by Thu 26 Nov 08:40. /incident submitted INC-1 gdpr-33.notification … says that it was reported, /incident set-aside INC-1 gdpr-33.notification why that it need not be.
      case INC-1: open
      maya> /incident merge INC-1 into INC-2
      maya hears: gdpr-33.notification is still owed
      case INC-1: open
      greta> /incident set-aside INC-1 gdpr-33 A false alarm
      maya> /incident withdraw INC-1 A false alarm
      case INC-1: withdrawn
      dev> /incident applies INC-2 gdpr-33
      maya> /incident withdraw INC-2 A false alarm
      maya hears: gdpr-33.notification is still owed. /incident submitted INC-2 gdpr-33.notification …
      case INC-2: open
      dev> /incident applies INC-1 gdpr-33
      dev hears: INC-1 is withdrawn
      ledger: incident.clock-started x1
