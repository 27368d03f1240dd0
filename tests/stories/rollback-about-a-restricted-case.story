# About a restricted incident, it is as restricted: told in a channel of its own, and to nobody else it is there.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      jonas> /rollback propose credit from=v7 to=v6 "Scores drift" on=INC-1
      jonas hears: I can't find INC-1.
      maya> /rollback propose credit from=v7 to=v6 "Insider changed v7" on=INC-1
      maya hears: proposed; Arjun, Sofia or Greta authorises by 09:20. Restricted: only its people see it
      not #credit: RBK-1
      not #credit: Insider
      #rbk-1: RBK-1 · authorise by 09:20
      @arjun: RBK-1 · authorise by 09:20
      priya> /rollback list
      priya hears: No rollbacks
      priya> /rollback status RBK-1
      priya hears: I can't find RBK-1.
      priya> /rollback tick RBK-1 1 yes
      priya hears: I can't find RBK-1.
      priya> /sla digest
      priya does not hear: rollbacks
      ledger: rollback.criterion-ticked x0
