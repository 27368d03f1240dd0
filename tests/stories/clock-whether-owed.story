# Silence doesn't mean that nothing is owed: while a law may ask for a report whose time runs, somebody has to say whether it does.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out class=data.leak aware=08:40
      @henrik: INC-1 · does gdpr-33 ask for a report? Say so by ... If it does, the report is due by Thu 26 Nov 08:40
      duty INC-1 say-whether-owed (gdpr-33): owed, due Tue 24 Nov 20:50
      maya> /incident withdraw INC-1 A false alarm
      maya hears: gdpr-33 may ask for a report, and nobody has said whether it does. /incident applies INC-1 gdpr-33 says that it does, /incident set-aside INC-1 gdpr-33 why that it doesn't.
      case INC-1: open
      dev> /incident resolve INC-1 The bucket is closed
      duty INC-1 say-whether-owed (gdpr-33): owed
2026-11-24 20:50 #credit: INC-1 · word on whether a report is owed (gdpr-33) is late
      @greta: INC-1
      henrik> /incident applies INC-1 gdpr-33
      duty INC-1 say-whether-owed (gdpr-33): met-late
      duty INC-1 report-to-authority (gdpr-33.notification): owed, due Thu 26 Nov 08:40
# What isn't a matter of that law asks nobody, and neither does one without its moment.
      maya> /incident open credit sev2 Odd answers class=output.bias aware=20:40
      maya> /incident open credit sev2 Records went astray class=data.leak
      duty INC-2 acknowledge: owed
      not @henrik: INC-2
      not @henrik: INC-3
# Whoever sets it aside has said it, too; a class that doesn't ask takes the question back.
      dev> /incident moment INC-3 aware 20:45
      @henrik: INC-3 · does gdpr-33 ask for a report?
      greta> /incident set-aside INC-3 gdpr-33 Test data
      duty INC-3 say-whether-owed (gdpr-33): met
      maya> /incident withdraw INC-3 Test data
      case INC-3: withdrawn
