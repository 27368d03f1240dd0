# Cover that was wanted by somebody whose time it isn't any more: a late yes takes the shift from nobody.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /rota cover desk from=18:00 to=22:00 because School play
      @lena: No. 1 · can you be on desk from 18:00 to 22:00?
      dev> /rota override desk @arjun from=18:00 to=22:00 because he offered
      lena> /rota confirm 1
      lena hears: Leave it to Arjun, who is on desk then by now. Dev takes it back with /rota end 1
      ledger: rota.arranged x1
      not @arjun: @lena is on desk
18:00 @arjun: You are on desk now, until 22:00
