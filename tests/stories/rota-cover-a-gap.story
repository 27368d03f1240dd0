# Hours that nobody covers: whoever closes gaps asks for cover there, and somebody else's time is nobody's to give away.
policy: tests/stories/rota.toml
start: 2026-11-27 09:00

Fri 09:00 the policy says: acknowledge_within = "15m" => hours = { mon-fri = "09:00-17:00" }
      the operator reloads
      arjun> /rota cover desk from=10:00 to=12:00
      arjun hears: That is Lena's time on desk, so it is theirs to find cover for, or for governance
      greta> /rota cover desk from=18:00 to=20:00 because Quarter's end
      greta hears: No. 1: cover is wanted for desk from 18:00 until 20:00. Dev is asked first.
      @dev: No. 1 · can you be on desk from 18:00 to 20:00
      dev> /rota confirm 1
      dev hears: You are on desk from 18:00 until 20:00
      @greta: @dev is on desk from 18:00 to 20:00
Fri 17:00 @lena: Your shift of desk is over, and nobody is on now
Fri 18:00 @dev: You are on desk now, until 20:00
      not @lena: You are on
