# Before accepting, the receiver reads what was ruled out, what nobody knows, and what is in force beside it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      dev> /incident note INC-1 Ruled out: the feature store, it was checked at 08:50
      priya> /incident decision INC-1 Unknown: how many were declined
      dev> /incident note INC-1 The batch ran at six
      dev> /incident note INC-1 It isn't safe to restart v7
      maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 12:00 control="a second reader" It is on its way
      dev> /exception proof EXC-1 20 read, none wrong
09:30 arjun> /handoff offer INC-1 to @lena
      arjun> /handoff note HOF-1 unknown: who is at the vendor tonight
      lena> /handoff briefing HOF-1
      lena hears: watch · INC-1 “Wrong limits” · sev2, open · handed over: lead
      lena hears: ruled out: “the feature store, it was checked at 08:50”
      lena hears: not known: “how many were declined”
      lena hears: In force: EXC-1 “The report comes late”, until 12:00
      lena hears: not known: “who is at the vendor tonight”
      lena hears: Last drill: credit: none · the next is due
      lena does not hear: The batch ran at six
      lena does not hear: restart v7
# Eighty per cent of the time for the resolution have passed.
17:30 lena> /handoff briefing HOF-1
      lena hears: unstable · INC-1
      lena does not hear: In force
