# A rota of nights that begins later: who is on next stands there, weeks of nights are one line, and nobody is put on for weeks by a press.
policy: tests/stories/nights.toml
local: it is about a rota, and no platform's people are in this policy

2026-12-07 10:00 maya> /rota
      maya hears: night · nobody now; then Lena from Mon 4 Jan 2027 18:00 ... It begins Mon 4 Jan 2027 18:00: nobody has to be on before
      lena> /rota take night
      lena hears: Say until when you are on: /rota take night until=…. Nobody has to be on night now. Lena is on next, from Mon 4 Jan 2027 18:00
      ledger: rota.arranged x0
      greta> /rota override night @ravi from=2027-01-05 to=2027-01-05 because Lena is ill
      greta hears: Ravi doesn't take turns in night; you put them on all the same
      greta hears: /rota end 1 takes it back
      lena> /rota override night @dev from=2027-01-05 to=2027-01-06 because he asked
      lena hears: In that time it counts before no. 1, Ravi from
      lena does not hear: doesn't take turns
      lena> /rota end 2
      greta> /rota end 1
2027-01-04 19:00 lena> /rota start night
      maya> /rota on
      maya hears: night · Lena now, until Tue 5 Jan 08:00; then Lena from Tue 5 Jan 18:00
      maya> /rota on night
      maya hears: Lena, 6 shifts, to Mon 11 Jan 08:00 ... Dev, 7 shifts
2027-01-05 10:00 lena> /rota swap night @dev mine=2027-01-06 theirs=2027-01-12
      lena hears: from Wed 6 Jan 18:00 until Thu 7 Jan 08:00 for you, and you from Tue 12 Jan 18:00 until Wed 13 Jan 08:00 for them
      lena does not hear: Tue 5 Jan
      lena> /rota confirm 99
      lena hears: No. 99 was never given: the last is no. 3
      lena> /rota swap night @dev mine=2027-01-12
      lena hears: No shift of night of Lena's begins on that day. Their next begins 18:00
