# What is refused stays with its giver and climbs; the rest moves.

09:00 maya> /incident open credit sev2 Wrong limits
      maya> /incident open credit sev2 Wrong rates
      greta> /incident role INC-1 lead
      greta> /incident role INC-2 lead
09:10 greta> /handoff leaving @greta to @sofia
      greta hears: Nobody else holds governance
      card HOF-1: 1. the role governance · nobody else holds it
      card HOF-1: 2. INC-1: lead
      card HOF-1: 3. INC-2: lead
09:20 sofia> /handoff refuse HOF-1 3 I was in the team that set them
      sofia hears: INC-2 stays with Greta
      #credit: HOF-1 · Sofia refused item 3, INC-2: it stays with Greta
      @greta: says what becomes of it
      duty HOF-1 place-refused: owed, due 13:20
      case HOF-1: offered
09:30 sofia> /handoff accept HOF-1 first=INC-1 next=command
      case HOF-1: accepted
      card INC-1: Lead: Sofia
      not card INC-2: Lead: Sofia
      card HOF-1: 3. INC-2: lead · refused by Sofia
      greta> /handoff place HOF-1 Arjun leads INC-2 from noon
      duty HOF-1 place-refused: met
