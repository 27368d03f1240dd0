# The shift that somebody has now is handed over, and only to who takes turns.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /handoff offer shift=desk to=@sofia
      dev hears: Only who takes turns in desk can take its shift
10:00 dev> /handoff offer shift desk to @lena
      dev hears: offered: Lena answers by 14:00
      card HOF-1: 1. the shift of desk, 10:00 to Tue 24 Nov 09:00
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders dev
11:00 lena> /handoff accept HOF-1
      lena hears: it is yours from now on
      @dev: @lena is on desk from 11:00 to Tue 24 Nov 09:00 instead of Dev ... Handed over by Dev
      duty INC-1 acknowledge: owed, holders lena
      dev> /incident ack INC-1
      dev hears: Ask Lena
