# What isn't law yet says from when it is, and counts nothing.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Wrong dosage aware=08:40
      card INC-1: EU AI Act Art. 73: law from 2027-12-02 on: nothing is counted
      dev> /incident applies INC-1 ai-act-73.death
      dev hears: ai-act-73.death is law from 2027-12-02 on, so nothing is counted. An operator can have it counted before: early = ["ai-act-73"] in [regulation.credit].
      ledger: incident.clock-applies x0
      ledger: incident.clock-started x0
      dev> /incident clocks INC-1
      dev hears: report of a death (Art. 73(4)): law from 2027-12-02 on, so nothing is counted
      dev hears: No legal advice; confirm with counsel
      dev hears: “not later than 10 days after the date on which the provider
