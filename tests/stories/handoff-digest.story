# What was offered, accepted, refused, declined, taken, and not accepted in time.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff accept HOF-1 first=INC-1 next=command
      lena> /handoff offer INC-1 to @dev
      dev> /handoff decline HOF-2 Not today
      sofia> /handoff take INC-1 Lena is on a train
      sofia> /handoff offer INC-1 to @lena
Tue 12:00 maya> /sla digest 2026-11-23..2026-11-23
      maya hears: handoffs: offered 3, accepted 1, declined 1, taken over 1, not accepted in time 1, open at the end 1
      maya does not hear: withdrawn
