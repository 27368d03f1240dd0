# A shift that somebody else has in part by now is handed over up to there, and takes nothing from them.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /handoff offer shift=desk to=@lena
10:00 dev> /rota override desk @arjun from=20:00 to=23:00 because he is awake then
11:00 lena> /handoff accept HOF-1
      lena hears: it is yours from now on
      @dev: @lena is on desk from 11:00 to 20:00 instead of Dev
20:00 @arjun: You are on desk now, until 23:00
      arjun> /rota start desk
23:30 not @lena: You are on desk now
