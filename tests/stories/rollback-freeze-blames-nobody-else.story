# A freeze excuses nobody who hadn't answered: where two votes are missing, the deciders were slow.

09:00 greta> /rollback freeze credit until 15:00 v7 was bad
      jonas> /approval request credit Ship v8
11:00 duty APR-1 decide: late, attributed risk
      not card APR-1: operations
