# What is open, what happened, and what I owe: answered in private, and nobody else is told.

09:00 maya> /incident open credit sev2 Scores drift
      jonas> /incident open claims sev3 Claims wait
      maya> /approval request credit Ship v7
09:10 jonas> /incident list
      jonas hears: 2 incidents · open ... INC-2 sev3 “Claims wait” ... INC-1 sev2 “Scores drift”
      jonas> /incident list credit
      jonas hears: 1 incident · open · credit ... INC-1
      jonas does not hear: INC-2
      jonas> /incident list sev3
      jonas hears: INC-2
      jonas does not hear: INC-1
      jonas> /incident list mine
      jonas hears: INC-2
      jonas does not hear: INC-1
      jonas> @countersign list
      jonas hears: APR-1
      jonas hears: INC-1
      jonas> /incident status INC-1
      jonas hears: Scores drift ... Next: acknowledgement by 10:00 · Dev or Lena
      dev> /sla mine
      dev hears: You owe 2 answers ... INC-1 · acknowledgement on “Scores drift” by 10:00, 50 min left ... INC-2 · acknowledgement on “Claims wait” by 13:00
      maya> /sla mine
      maya hears: You owe nothing
      priya> /sla mine
      priya hears: APR-1 · decision ... 0 of 2 ... /approval approve APR-1
      jonas> /sla status
      jonas hears: owed, none late ... claims · 1 incident open ... credit · 1 incident, 1 approval open
      nobody is told anything
10:30 jonas> /sla status
      jonas hears: late
      jonas> /incident timeline INC-1
      jonas hears: Maya opened it as sev2 ... Acknowledgement is owed by 10:00 · Dev or Lena ... Nudged: acknowledgement ... Acknowledgement is late, due 10:00 · escalated to command
      jonas> /incident timeline INC-1 the vendor was called
      #credit: INC-1 · note by Jonas ... the vendor was called
      jonas> /sla health
      jonas hears: I am well ... Open cases: 3
      jonas hears: stands still until it is moved
      jonas> /incident help
      jonas hears: /incident open
      jonas> /incident help open
      jonas hears: incident open · Open an incident ... Also: declare, new
      jonas> /sla digest
      jonas hears: credit
