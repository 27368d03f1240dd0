# Taking a shift takes the one that is now, and not what whoever has it is on for next.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      greta> /rota override desk @dev from=2026-11-24T09:00:00Z to=2026-11-25T09:00:00Z because Lena is away
10:00 lena> /rota take desk
      lena hears: You are on desk now, until Tue 24 Nov 09:00. Dev has been told.
      lena does not hear: Wed 25 Nov
Tue 09:00 @dev: You are on desk now
      lena> /rota on
      lena hears: desk · Dev now, until Wed 25 Nov 09:00
