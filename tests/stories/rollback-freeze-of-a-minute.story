# A freeze takes the blame only where it held for most of the time: a minute of it at the end excuses nobody, and one that is over when
# the time is up neither.

09:00 jonas> /approval request credit Ship v8
09:10 priya> /approval approve APR-1
10:59 greta> /rollback freeze credit until 15:00 v7 was bad
11:00 duty APR-1 decide: late, attributed risk
      not card APR-1: State: approved
