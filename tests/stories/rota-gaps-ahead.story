# Once a week, whoever can close them hears of the gaps of the next 30 days: somebody who is away without a deputy. Who has one is no gap.
policy: tests/stories/rota.toml

09:00 lena> /approval away until 2026-12-11 from=2026-12-08T00:00:00Z Training
      arjun> /approval delegate @sofia until 2026-12-11 from=2026-12-08T00:00:00Z Holiday
Sun 20:00 not @greta: Nobody will answer
Mon 09:00 @greta: Nobody will answer for desk once in the next 30 days ... Wed 9 Dec 09:00 to Thu 10 Dec 09:00 · Lena is away ... /rota override desk @… from=… to=… because … closes one
      not @greta: Arjun is away
      not @lena: Nobody will answer
      not #ops: Nobody will answer
      ledger: rota.looked-ahead x1
      greta> /rota override desk @dev from=2026-12-09T09:00:00Z to=2026-12-10T09:00:00Z because Lena is in training
      greta hears: No. 1: Dev is on desk
2026-12-07 09:00 not @greta: Nobody will answer
