# Handoffs that were late and that nobody accepted are a red flag from the second on. One that was declined was answered, and one
# about a restricted case counts for nobody: the answer is for everybody.

2026-11-23 09:00 maya> /incident open credit sev1 Scores drift
      maya> /incident open credit sev1 Scores drift again
      maya> /incident open credit sev1 Scores drift once more
      dev> /incident role INC-1 lead
      dev> /incident role INC-2 lead
      dev> /incident role INC-3 lead
      dev> /handoff offer INC-1 to @lena
      dev> /handoff offer INC-3 to @lena
      lena> /handoff decline HOF-2 I am on leave
2026-11-25 09:00 greta> /sla redflags
      greta does not hear: not accepted
      dev> /handoff offer INC-2 to @lena
2026-11-27 09:00 greta> /sla redflags
      greta hears: 2 handoffs of credit were late and not accepted, the last is HOF-3 ... Ask why nobody accepted HOF-3
