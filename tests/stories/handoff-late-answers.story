# What is late already when it moves is told as late, before what is due next; and the brief names each answer that is owed.

09:00 maya> /incident open credit sev1 Declines everybody
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff briefing HOF-1
      lena hears: • INC-1 · resolution by 19:00 ... • containment by 11:00
      lena does not hear: more answers
09:50 lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: 3 answers are late already: the update on INC-1 and taking a seat on INC-1
      #credit: INC-1 · Lena took over lead ... 3 late already: update, taking a seat (comms), taking a seat (scribe) ... The next of the others is due 19:00
      #credit: HOF-1 · at 09:50 @lena took over from Arjun ... Late already: update on INC-1, taking a seat on INC-1
      nobody is told: has it over from
