# What somebody is offered is theirs to accept or decline, and no part of what they hand over.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      greta> /handoff leaving @lena to @dev
      card HOF-2: 1. the role triage
      not card HOF-2: HOF-1
      lena> /handoff decline HOF-1 I leave
      case HOF-1: declined
