# Two people report the same a moment after each other: the second one's words count, and nothing happens twice.

09:00 maya> /incident open credit sev1 Scores drift
      dev> /incident ack INC-1
      arjun> /incident severity INC-1 sev2 Nobody is blocked
      ravi> /incident contain INC-1 The old model decides
      sofia> /incident update INC-1 state=contained severity=sev2 Nobody is blocked any more
      sofia hears: update told
      #credit: INC-1 · update by Sofia ... “Nobody is blocked any more”
      ledger: incident.contained x1
      ledger: incident.severity-changed x1
      ledger: incident.updated x1
