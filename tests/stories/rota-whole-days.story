# Days follow each other without a minute between them in which the rota itself counts.
policy: tests/stories/rota.toml

09:00 lena> /rota override desk @arjun from=2026-12-01 to=2026-12-01 because Dev is away
      lena hears: No. 1: Arjun is on desk from Tue 1 Dec 00:00 until Wed 2 Dec 00:00
      lena> /rota override desk @dev from=2026-12-02 to=2026-12-02 because Lena is away
      lena hears: No. 2: Dev is on desk from Wed 2 Dec 00:00 until Thu 3 Dec 00:00
      lena> /rota on desk
      lena hears: Tue 1 Dec 00:00 · Arjun, to Wed 2 Dec 00:00
      lena does not hear: 23:59
2026-12-02 00:00 @dev: You are on desk now ... You take over from Arjun
      not @dev: You take over from Lena
