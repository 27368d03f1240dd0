# The clocks and drafts of a restricted incident are its own people's.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes aware=08:40 class=data.leak
      dev> /incident applies INC-1 gdpr-33
      @henrik: INC-1 · report gdpr-33.notification by Thu 26 Nov 08:40
      not #credit: gdpr-33
      sofia> /incident clocks INC-1
      sofia hears: I can't find INC-1.
      sofia> /incident draft INC-1 gdpr
      sofia hears: I can't find INC-1.
      sofia> /incident applies INC-1 dora
      sofia hears: I can't find INC-1.
      sofia> /incident submitted INC-1 gdpr-33 DPA-77
      sofia hears: I can't find INC-1.
      sofia> /incident moment INC-1 aware 08:00
      sofia hears: I can't find INC-1.
      sofia> /sla digest
      sofia does not hear: Insider
      henrik> /incident draft INC-1 gdpr
      henrik hears: 33(1) when the controller became aware: “2026-11-23T08:40:00Z”
      ledger: incident.clock-applies x1
      ledger: incident.report-submitted x0
