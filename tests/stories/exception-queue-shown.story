# Whoever asks sees how many wait and for how long, and what comes of it at this rate.

09:00 maya> /exception raise credit late-report First
      jonas> /exception raise credit waiting Second
09:40 maya> /exception raise credit waiting Third
      jonas> /exception queue credit
      jonas hears: credit · 3 wait: 1 under half of their time, 2 under 80 %, 0 under all of it, none late
      jonas hears: The oldest since 09:00 · in the last 1 h, 3 came and 0 left; in the last 6 h, 3 and 0 ... empty never · first missed deadline 10:00
      jonas hears: Who answers: triage: Dev or Lena
10:00 dev> /exception queue
      dev hears: credit · 3 wait: 1 under half of their time, 0 under 80 %, 0 under all of it, 2 late
      dev hears: claims · nothing waits
      dev> /exception triage EXC-1
      dev> /exception triage EXC-2
      arjun> /exception refuse EXC-2 No
      dev> /exception queue credit
      dev hears: in the last 1 h, 1 came and 1 left; in the last 6 h, 3 and 1 ... empty never
