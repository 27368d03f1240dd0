# A swap that is refused, or not answered before the second shift begins, changes nothing, and whoever asked hears so once.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /rota swap desk @lena theirs=tomorrow 12:00
      lena> /rota pass 1
      lena hears: No. 1 is refused; everybody keeps their shifts.
      @dev: No. 1 · Lena can't swap ... You are still on desk from 09:00 to Tue 24 Nov 09:00
      dev> /rota swap desk @lena theirs=2026-11-25 12:00
      dev hears: Lena isn't on desk at Wed 25 Nov 12:00
      lena> /rota swap desk @arjun
      lena hears: No. 2: Arjun is asked to be on desk from Tue 24 Nov 09:00 until Wed 25 Nov 09:00 for you, and you from Wed 25 Nov 09:00 until Thu 26 Nov 09:00 for them.
Tue 09:00 @lena: You are on desk now, until Wed 25 Nov 09:00
      lena> /rota start desk
      not @lena: didn't answer in time
Wed 09:00 @lena: No. 2 · Arjun didn't answer in time, so nothing is swapped
      @arjun: You are on desk now
      arjun> /rota confirm 2
      arjun hears: No. 2 waits for no answer
      ledger: rota.swap-offered x2
      ledger: rota.arranged x0
