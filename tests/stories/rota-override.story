# Somebody who takes turns puts on another for a time; from then to then that one holds the role, and nobody else decides about the shift.
policy: tests/stories/rota.toml

09:00 lena> /rota override desk @arjun from=14:00 to=16:00 because Dev is at the dentist
      lena hears: No. 1: Arjun is on desk from 14:00 until 16:00. `/rota end 1` takes it back.
      @arjun: @arjun is on desk from 14:00 to 16:00 instead of Dev ... Arranged by Lena · “Dev is at the dentist” ... /rota end 1
      @dev: @arjun is on desk from 14:00 to 16:00
      maya> /rota override desk @lena to=16:00 because I like her
      maya hears: overriding a shift is for who takes turns in desk
      dev> /rota override desk @maya to=16:00 because She knows it
      dev hears: Maya doesn't take turns in desk. Dev, Lena or Arjun can be on
      greta> /rota override desk @greta to=16:00 because I do it myself
      greta hears: Greta doesn't take turns in desk
      greta> /rota override desk @sofia from=17:00 to=18:00 because All are in training
      greta hears: No. 2: Sofia is on desk from 17:00 until 18:00
      dev> /rota override desk @lena from=18:00 to=17:00 because Backwards
      dev hears: must come after
      dev> /rota override desk @lena to=16:00
      dev hears: form rota.override
      ledger: rota.arranged x2
13:59 not @arjun: You are on
14:00 @arjun: You are on desk now, until 16:00
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders arjun
16:00 @dev: You are on desk now, until 17:00 ... You take over from Arjun
      @arjun: Your shift of desk is over
      duty INC-1 acknowledge: owed, due 18:00, holders dev
17:00 @sofia: You are on desk now, until 18:00
      dev> /rota on
      dev hears: Who is on ... desk · Sofia now, until 18:00; then Dev · hasn't said so yet ... Tue 24 Nov 09:00 · Lena, to Wed 25 Nov 09:00
      nobody is told: to=
