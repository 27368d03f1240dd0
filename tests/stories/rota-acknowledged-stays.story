# What somebody acknowledged in their shift stays with them when it ends: they are asked whether they still work on it, and only then it is anybody else's.
policy: tests/stories/rota.toml

Tue 08:30 maya> /incident open credit sev3 Scores drift
08:40 dev> /incident ack INC-1
      duty INC-1 acknowledge: met
Tue 09:00 @lena: You are on desk now ... You owe 1 answer ... INC-1 · resolution
      case INC-1: acknowledged
      duty INC-1 resolve: owed, holders lena
      not @lena: acknowledge it again
      nobody is told: the shift of Dev is over
Tue 16:40 @dev: INC-1 · answer by 17:10, @dev: still working on it?
      not @lena: still working
      dev> /incident working INC-1
      dev hears: thank you
