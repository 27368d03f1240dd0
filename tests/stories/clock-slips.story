# A name that is nearly right gets the nearest one, and nothing is recorded for what can't be.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40 class=data.leak
      dev> /incident applies INC-1 gdrp-33
      dev hears: Did you mean gdpr-33?
      dev> /incident applies INC-1 sec-8k
      dev hears: No law that is watched on INC-1 asks for “sec-8k”
      dev> /incident applies INC-1 dora.final
      dev hears: dora.final: that it is owed is on record already, or follows on another report
      dev> /incident applies INC-1 gdpr-33
      dev> /incident applies INC-1 gdpr-33
      dev hears: gdpr-33.notification: that it is owed is on record already
      henrik> /incident submitted INC-1 gdpr-33 at=10:00 DPA-77
      henrik hears: Name a time that has passed: this one is in the future
      dev> /incident moment INC-1 informed 08:40
      dev hears: occurred, detected, aware, classified, determined, paid or fixed
      ledger: incident.clock-applies x1
      ledger: incident.report-submitted x0
