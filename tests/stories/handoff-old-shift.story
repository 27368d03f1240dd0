# An old offer of a shift takes it from nobody who has it by now, and hands over no shift that is over.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /handoff offer shift=desk to=@lena
10:00 arjun> /rota take desk
      arjun hears: You are on desk now
11:00 lena> /handoff accept HOF-1
      lena hears: Dev holds none of it any more: the shift of desk is with Arjun by now. /handoff decline HOF-1 … ends it
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders arjun
      not @arjun: @lena is on desk
12:00 arjun> /rota end 1
      dev> /handoff offer shift=desk to=@arjun
Tue 09:05 arjun> /handoff accept HOF-2
      arjun hears: Dev holds none of it any more
      case HOF-2: offered
