# Whoever received something can hand it on, and whoever gave it away holds it no more.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff accept HOF-1 first=INC-1 next=command
      duty INC-1 resolve: owed, due 19:00, holders lena sofia
09:30 arjun> /handoff offer INC-1 to @dev
      arjun hears: Arjun holds nothing there that could be handed over. A restricted case is handed over by itself
      lena> /handoff offer INC-1 to @dev
      dev> /handoff accept HOF-2 first=INC-1 next=command
      card INC-1: Lead: Dev
      duty INC-1 resolve: owed, due 19:00, holders dev sofia
# It comes back as well.
10:00 dev> /handoff offer INC-1 to @arjun
      arjun> /handoff accept HOF-3 first=INC-1 next=command
      duty INC-1 resolve: owed, due 19:00, holders arjun sofia
      not @lena: HOF-3 · Arjun hands over
