# The same is offered once to the same receiver; to somebody else it may be offered as well, and whoever offers it reads that it is.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      arjun> /handoff offer INC-1 to @lena
      arjun hears: HOF-1 already offers INC-1 to Lena until 11:00. ... handoff withdraw HOF-1 … first, or offer it to somebody else
      ledger: handoff.offered x1
      arjun> /handoff offer role=command to @dev
      arjun does not hear: as well
      arjun> /handoff withdraw HOF-1 I asked the wrong one
      arjun hears: withdrawn; Arjun goes on holding all of it
      arjun> /handoff offer INC-1 to @lena
      ledger: handoff.offered x3
      arjun does not hear: HOF-1 offers
