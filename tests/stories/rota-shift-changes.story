# Who is on shift holds the role. At the handoff what it owes moves, with its deadline, and both are told; who isn't on is asked nothing.
policy: tests/stories/rota.toml

09:00 @dev: You are on desk now, until Tue 24 Nov 09:00 ... By 09:15, say that you are ... You answer for triage ... You owe nothing ... [I am on]
      not @lena: You are on
      dev presses I am on in a message
      dev hears: You are on desk until Tue 24 Nov 09:00. You answer for triage.
      dev presses I am on in a message
      dev hears: that is recorded already
      ledger: rota.acknowledged x1
Tue 07:00 maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, due 11:00, holders dev
      @dev: INC-1
      not @lena: INC-1
Tue 08:59 not @lena: You are on
Tue 09:00 @lena: You are on desk now, until Wed 25 Nov 09:00 ... You take over from Dev ... You owe 2 answers ... acknowledgement ... by 11:00
      @dev: Your shift of desk is over: Lena is on now ... What triage owes is with Lena
      duty INC-1 acknowledge: owed, due 11:00, holders lena
      #credit: INC-1 · acknowledgement by 11:00 is now with @lena
      not @lena: is now with
      not @arjun: INC-1
      dev> /incident ack INC-1
      dev hears: is for triage
      lena> /incident ack INC-1
      duty INC-1 acknowledge: met
