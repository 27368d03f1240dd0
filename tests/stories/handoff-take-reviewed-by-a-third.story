# Who was taken from doesn't review it alone: where only the two remain of those who review, the next who may is asked. What both could answer, both can.

09:00 maya> /incident open credit sev2 Wrong limits
      greta> /incident role INC-1 lead
      duty INC-1 resolve: owed, holders arjun sofia
09:30 arjun> /handoff take INC-1 Greta doesn't answer
      arjun hears: INC-1 is yours: you took it over from Greta, who hears of it: the lead seat.
      arjun hears: Sofia reviews that by Tue 24 Nov 09:30
      greta> /handoff take-review HOF-1 It was wrong
      greta hears: Ask Sofia
      duty HOF-1 review-take: owed, holders sofia
      duty INC-1 resolve: owed, holders arjun sofia
      sofia> /incident role INC-1 lead
10:00 arjun> /handoff take INC-1 Sofia doesn't answer
      arjun hears: the lead seat
      duty INC-1 resolve: owed, holders arjun sofia
      greta> /handoff take-review HOF-2 It was right
      duty HOF-2 review-take: met
