# A policy may count what isn't law yet; where a law asks for one report or another, somebody says which.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Wrong dosage aware=08:40
      dev> /incident applies INC-1 ai-act-73
      dev hears: Say which report is owed: /incident applies INC-1 ai-act-73.serious if it is a serious incident of a high-risk AI system
      ledger: incident.clock-applies x0
      dev> /incident applies INC-1 ai-act-73.death
      dev hears: on record: ai-act-73.death applies; ai-act-73.death is due by Thu 3 Dec 08:40
      card INC-1: EU AI Act Art. 73: report of a death: target Thu 3 Dec 08:40 · by law until Thu 3 Dec 23:00
      card INC-1: EU AI Act Art. 73: report of a serious incident: is it owed? 15 days from aware
      @ines: INC-1 · report ai-act-73.death by Thu 3 Dec 08:40
      duty INC-1 report-to-authority (ai-act-73.death): owed
      ledger: incident.clock-started x1
