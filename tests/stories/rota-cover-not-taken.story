# Nobody takes what cover is wanted for: whoever wants it hears so, and who can help. They stay on, and who was away was never asked.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      lena> /approval away until tomorrow 09:00 Training
      dev> /rota cover desk
      dev hears: No. 1: cover is wanted for desk from 09:00 until Tue 24 Nov 09:00. Arjun is asked first.
      @arjun: No. 1 · can you be on desk
      not @lena: can you be on
09:10 arjun presses I can't in a message
      arjun hears: No. 1: somebody else is asked.
      @dev: No. 1 · nobody took desk from 09:00 to Tue 24 Nov 09:00 ... Asked: Arjun · wanted by Dev
      @greta: No. 1 · nobody took desk
      #ops: No. 1 · nobody took desk ... Who takes turns can be put on, also by themselves: /rota override desk @… from=… to=… because …
      nobody is told: rota confirm 1
      lena> /rota confirm 1
      lena hears: No. 1 waits for no answer
      lena> /rota confirm 9
      lena hears: No. 9 was never given: the last is no. 1
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders dev
12:00 not #ops: nobody took
      not @lena: can you be on
