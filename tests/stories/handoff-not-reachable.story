# Whoever handed over stays reachable for half an hour; that they weren't is on record, and moves nothing back.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff accept HOF-1 first=INC-1 next=command
      duty HOF-1 stay-reachable: owed, due 09:30, holders arjun
09:30 #credit: HOF-1 · word that it was understood is late
      duty HOF-1 stay-reachable: late, due 09:30
      card INC-1: Lead: Lena
10:00 arjun> /handoff confirm HOF-1
      duty HOF-1 stay-reachable: met-late
