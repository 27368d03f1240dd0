# A shift that nobody said they took up is a gap: told once, to whoever is on, to who can close it and to the operators. Somebody takes it.
policy: tests/stories/rota.toml

09:00 maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders dev
09:14 not #ops: hasn't said so
09:15 #ops: Dev is on desk since 09:00 and hasn't said so
      @greta: Dev is on desk since 09:00 and hasn't said so ... [Take the shift]
      @dev: Dev is on desk since 09:00 and hasn't said so
      ledger: rota.unacknowledged x1
09:20 greta> /rota take desk
      greta hears: Ask Dev, Lena or Arjun: taking its shift is for who takes turns in desk
      arjun> /rota take desk
      arjun hears: You are on desk now, until Tue 24 Nov 09:00. Dev has been told. `/rota end 1` gives it back.
      @dev: @arjun is on desk from 09:20 to Tue 24 Nov 09:00 instead of Dev ... They took it themselves
      @dev: Your shift of desk is over: Arjun is on now
      @greta: @arjun is on desk
      duty INC-1 acknowledge: owed, due 13:00, holders arjun
      @arjun: You are on desk now ... You owe 2 answers
      not @lena: You are on
09:40 not #ops: hasn't said so
      ledger: rota.acknowledged x1
      arjun> /rota take desk
      arjun hears: You are on desk already
      arjun> /rota end 1
      arjun hears: No. 1 is taken back. On desk now: Dev.
      duty INC-1 acknowledge: owed, due 13:00, holders dev
      not @lena: INC-1
