# How often an update is owed depends on the severity; each one starts the next clock, and a note is not an update.

09:00 maya> /incident open credit sev1 Cards are blocked
      duty INC-1 update: owed, due 09:30
      sofia> /incident ack INC-1
      sofia hears: the acknowledgement on INC-1 is for triage
      lena> /incident ack INC-1
09:15 @arjun: update is due at 09:30
      jonas> /incident note INC-1 a customer called
      jonas hears: note recorded
      #credit: INC-1 · note by Jonas ... a customer called
      duty INC-1 update: owed, due 09:30
      jonas> /incident update INC-1 a customer called
      jonas hears: Ask Arjun or Sofia, or write `/incident note INC-1 …`, which everybody may: the update on INC-1 is for command
      sofia> /incident update INC-1 the vendor looks at it
      sofia hears: update told; the next one by 09:45
      #credit: INC-1 · update by Sofia ... the vendor looks at it
      card INC-1: Last update, 09:15, Sofia: “the vendor looks at it”
      duty INC-1 update #1: met
      duty INC-1 update #2: owed, due 09:45
09:30 nobody is told: update is late
09:45 #credit: INC-1 · update is late
      duty INC-1 update #2: late
      ledger: incident.updated x1
# Nothing is owed at sev2.
      maya> /incident open credit sev2 Another
      arjun> /incident update INC-2 on it
      arjun hears: update told
      arjun does not hear: the next one is due
