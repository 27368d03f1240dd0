# A clock is paused for a reason of the policy only, for no longer than the policy says in all, and everybody can see it.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
      duty INC-1 resolve: owed, due 19:00
09:30 arjun> /incident pause INC-1 lunch duty=resolve
      arjun hears: Begin with a reason that the policy allows: “waiting on the vendor” and “regulator's hold”.
      duty INC-1 resolve: owed, due 19:00
      jonas> /incident pause INC-1 waiting on the vendor duty=resolve
      jonas hears: Ask Greta: pausing this clock is for governance.
      duty INC-1 resolve: owed, due 19:00
10:00 arjun> /incident pause INC-1 waiting on the vendor: log files duty=resolve
      #credit: INC-1 · clock paused until 12:00 at most: resolution ... Arjun: “waiting on the vendor: log files
      duty INC-1 resolve: paused
      card INC-1: resolution paused until 12:00 at most
      arjun dm> /sla mine
      arjun hears: INC-1 · resolution on “Scores drift” is paused
      arjun> /incident pause INC-1 waiting on the vendor duty=resolve
      arjun hears: is paused
      arjun> /incident resume INC-1 duty=acknowledge
      arjun hears: The clock of the acknowledgement on INC-1 isn't paused.
# Whose clock it isn't lets it run no more than they may stop it.
      jonas> /incident resume INC-1 duty=resolve
      jonas hears: Ask Greta: letting this clock run again is for governance.
      duty INC-1 resolve: paused
11:00 arjun> /incident resume INC-1 duty=resolve
      #credit: INC-1 · resolution is due at 20:00: the clock runs again ... Arjun resumed the clock
      duty INC-1 resolve: owed, due 20:00, paused 1 h
# One hour is left of the two that the policy allows; then the clock runs again by itself.
11:30 arjun> /incident pause INC-1 regulator's hold duty=resolve
      #credit: clock paused until 12:30 at most: resolution ... Arjun
12:29 nobody is told: runs again
12:30 #credit: INC-1 · resolution is due at 21:00: the clock runs again ... the policy allows no longer pause
      @arjun: is due at 21:00: the clock runs again
      duty INC-1 resolve: owed, due 21:00, paused 2 h
      arjun> /incident pause INC-1 waiting on the vendor duty=resolve
      arjun hears: This clock can't be paused any more: the policy allows 2 h in all.
# Half of the target, pauses left out, lies at 16:00 and not at 14:00.
15:59 nobody is told: resolution is due
16:00 #credit: INC-1 · resolution is due at 21:00, 5 h left
      ledger: duty.paused x2
      ledger: duty.resumed x2
      arjun> /incident timeline INC-1
      arjun hears: Arjun paused the clock of resolution: “waiting on the vendor: log files ... The clock of resolution runs again · Arjun, after 1 h ... the policy allows no longer pause
# What is late can't be paused away.
21:00 #credit: INC-1 · resolution is late
      greta> /incident pause INC-1 waiting on the vendor duty=resolve
      greta hears: is late. Contest the breach instead: a deadline that has passed can't be paused.
# The digest shows how long it stood still, so that pausing hides nothing.
      greta> /sla digest
      greta hears: Resolution: ... paused 2 h
