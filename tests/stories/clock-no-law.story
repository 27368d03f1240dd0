# Where the policy names no law, nothing is asked, and saying that one applies says where to write it.

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak aware=08:40
      not card INC-1: is it owed?
      dev> /incident applies INC-1 gdpr-33
      dev hears: No law is watched on INC-1: [regulation.credit] of the policy names none, or named none when it was opened.
      dev> /incident clocks INC-1
      dev hears: The policy names no law for credit
      ledger: incident.clock-applies x0
