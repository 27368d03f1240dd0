# What waits for one's answer stands in one's own list, until it is answered.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff list
      lena hears: HOF-1 “INC-1”
      lena> /sla mine
      lena hears: acceptance
      dev> /sla mine
      dev does not hear: acceptance
      lena> /handoff decline HOF-1 Not today
      lena> /handoff list
      lena hears: No handoffs
      lena> /handoff list all
      lena hears: HOF-1
