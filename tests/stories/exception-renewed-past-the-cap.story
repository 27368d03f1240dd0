# Renewed as often as its class allows by those who rule; past that the next role rules, and where there is none, it ends.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 1d control="a second reader" For a day
      arjun> /exception renew EXC-1 until 2d Once
      arjun hears: that is renewal 1
10:00 arjun> /exception renew EXC-1 until 3d Twice
      arjun hears: asked for; Greta rules on the renewal
      duty EXC-1 rule-exception: owed, holders greta
      @greta: EXC-1 · rule on the renewal
      arjun> /exception grant EXC-1 until 3d Twice
      arjun hears: Wait for the ruling
      greta> /exception grant EXC-1 until 3d The last time
      card EXC-1: Renewed: 2 times
# Its class allows none at all, and has no next role.
      maya> /exception raise credit one-reader Decisions without the second reader
      dev> /exception triage EXC-2
      tomas> /exception recommend EXC-2 grant It is small
      greta> /exception grant EXC-2 until 1d For a day
      maya> /exception renew EXC-2 until 3d Longer
      maya hears: EXC-2 can't be renewed: exceptions of its class are not renewed.
      greta> /exception renew EXC-2 until 3d Longer
      greta hears: EXC-2 can't be renewed
      card EXC-2: In force: yes, until Tue 24 Nov 10:00
