# When it occurred, was detected and was known are three moments, each with who said so.

09:00 maya> /incident open credit sev2 Scores drift occurred=06:30
      card INC-1: occurred 06:30 (Maya)
      dev> /incident moment INC-1 detected 08:15
      dev hears: recorded: detected at 08:15, as you say
      #credit: INC-1 · time by Dev ... detected: 2026-11-23 08:15 UTC
      lena> /incident moment INC-1 aware 11:15
      lena hears: Name a time that has passed: this one is in the future
      lena> /incident when INC-1 aware 10m ago
      card INC-1: occurred 06:30 (Maya) · detected 08:15 (Dev) · aware 08:50 (Lena)
      lena> /incident moment INC-1 occurred 06:00
      card INC-1: occurred 06:00 (Lena)
      ledger: incident.moment-set x3
