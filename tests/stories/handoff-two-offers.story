# Offered to two people, it goes to whoever accepts first; the other gets nothing that isn't there any more.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      arjun> /handoff offer INC-1 to @dev
      dev> /handoff accept HOF-2 first=INC-1 next=command
      card INC-1: Lead: Dev
      lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: Arjun holds none of it any more: INC-1 is with Dev by now
      card INC-1: Lead: Dev
      duty INC-1 resolve: owed, due 19:00, holders dev sofia
