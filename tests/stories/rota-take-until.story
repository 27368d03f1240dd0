# Somebody takes a shift for an hour, by a moment of their own; then it is again whose it was. What was taken can't be taken back by others.
policy: tests/stories/rota.toml

09:00 dev> /rota start
10:00 lena> /rota take desk until=11:00
      lena hears: You are on desk now, until 11:00. Dev has been told.
      arjun> /rota end 1
      arjun hears: taking that back is for governance
      ledger: rota.ended x0
11:00 @dev: You are on desk now, until Tue 24 Nov 09:00 ... You take over from Lena
      @lena: Your shift of desk is over: Dev is on now
      not @arjun: You are on
      dev> /rota start desk
11:20 not #ops: hasn't said so
