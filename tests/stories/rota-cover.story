# Cover is wanted: the others are asked one after the other, each for half an hour. Whoever says yes is on then; who isn't asked yet hears nothing.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /rota cover desk from=18:00 to=22:00 because School play
      dev hears: No. 1: cover is wanted for desk from 18:00 until 22:00. Lena is asked first. Until somebody takes it, it stays as it is.
      @lena: No. 1 · can you be on desk from 18:00 to 22:00? Answer by 09:30 ... For Dev · “School play” ... [I will] [I can't]
      not @arjun: can you be on
      arjun> /rota pass 1
      arjun hears: Ask Lena: answering that now is for desk
      maya> /rota confirm 1
      maya hears: covering that is for desk
09:30 @arjun: No. 1 · can you be on desk from 18:00 to 22:00? Answer by 10:00
      ledger: rota.cover-passed x1
09:40 arjun presses I will in a message
      arjun hears: You are on desk from 18:00 until 22:00. Dev has been told; thank you.
      @dev: @arjun is on desk from 18:00 to 22:00 instead of Dev ... It was covered
      lena> /rota confirm 1
      lena hears: No. 1 waits for no answer
10:30 not #ops: nobody took
18:00 @arjun: You are on desk now, until 22:00
22:00 @dev: You are on desk now
