# Two swap shifts, also the one that is now; until both agree nothing changes, and nobody can agree for another.
policy: tests/stories/rota.toml

09:00 dev> /rota start
10:00 dev> /rota swap desk @lena
      dev hears: No. 1: Lena is asked to be on desk from 10:00 until Tue 24 Nov 09:00 for you, and you from Tue 24 Nov 09:00 until Wed 25 Nov 09:00 for them. Until they agree, nothing changes.
      @lena: No. 1 · Dev asks to swap a shift of desk with you, by Tue 24 Nov 09:00 ... You would be on from 10:00 to Tue 24 Nov 09:00 ... [I will] [I can't]
      dev> /rota on
      dev hears: desk · Dev now ... No. 1: Dev asks Lena to swap
      arjun> /rota confirm 1
      arjun hears: Ask Lena: agreeing to that swap is for desk
      dev> /rota swap desk @dev
      dev hears: A swap takes two
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders dev
12:00 lena presses I will in a message
      lena hears: Swapped: you are on desk from 12:00 until Tue 24 Nov 09:00, and Dev from Tue 24 Nov 09:00 until Wed 25 Nov 09:00.
      @dev: @lena is on desk from 12:00 to Tue 24 Nov 09:00 instead of Dev ... It was swapped
      @dev: @dev is on desk from Tue 24 Nov 09:00 to Wed 25 Nov 09:00 instead of Lena
      duty INC-1 acknowledge: owed, due 14:00, holders lena
      lena> /rota confirm 1
      lena hears: No. 1 waits for no answer
      not @arjun: You are on
Tue 09:00 @dev: You are on desk now, until Wed 25 Nov 09:00 ... You take over from Lena
      not @arjun: You are on
Wed 09:00 @arjun: You are on desk now
