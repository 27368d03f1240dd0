# What the policy allows for pauses counts on the target's own clock: a night, a weekend and a holiday use up nothing of it.
policy: tests/stories/zones.toml
start: 2026-11-20 09:30
zone: Asia/Kolkata

# Open from 09:30 to 18:30, and Tuesday the 24th is a holiday.
Fri 09:30 maya> /incident open scoring sev4 Scores drift
      dev> /incident ack INC-1
      duty INC-1 resolve: owed, due Mon 23 Nov 18:30
Fri 17:30 dev> /incident pause INC-1 waiting on the vendor duty=resolve
      #credit: INC-1 · clock paused until Wed 25 Nov 17:30 at most: resolution ... Dev
Mon 12:00 duty INC-1 resolve: paused
Wed 17:29 nobody is told: runs again
Wed 17:30 #credit: INC-1 · resolution is due at Thu 26 Nov 18:30: the clock runs again ... the policy allows no longer pause
      duty INC-1 resolve: owed, due Thu 26 Nov 18:30, paused 18 h
      dev> /incident pause INC-1 waiting on the vendor duty=resolve
      dev hears: This clock can't be paused any more: the policy allows 18 h in all.
