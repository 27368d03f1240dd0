# While the bot was down two shifts changed: one true thing is told, who is on now, and what is owed moved once.
policy: tests/stories/rota.toml

09:00 dev> /rota start
Mon 20:00 maya> /incident open credit sev4 Something to learn
      dev> /incident ack INC-1
      duty INC-1 resolve: owed, holders dev
      the bot stops
Wed 12:00 the bot is back
      @arjun: You are on desk now, until Thu 26 Nov 09:00 ... By 12:15 ... You take over from Dev ... You owe 1 answer
      not @lena: You are on
      not @arjun: is now with
      @dev: Your shift of desk is over: Arjun is on now
      duty INC-1 resolve: owed, holders arjun
      ledger: rota.began x2
