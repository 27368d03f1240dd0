# A case that is restricted after it was offered: neither the handoff, nor a nudge, a list or the brief goes on saying what it is.

09:00 maya> /incident open credit sev2 Salary data in the logs
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @elena
      #credit: HOF-1 · Arjun hands over: “INC-1” · answer by 11:00
      card HOF-1: 1. INC-1
      not card HOF-1: Salary
      elena> /handoff briefing HOF-1
      elena hears: watch · INC-1 “Salary data in the logs” · sev2, open · handed over: lead
09:30 maya> /incident restrict INC-1 It names people
      elena> /handoff briefing HOF-1
      elena hears: INC-1 · restricted: only its people read how it stands
      elena does not hear: Salary
      elena does not hear: salary
      elena does not hear: lead
      jonas> /handoff status HOF-1
      jonas hears: 1. INC-1
      jonas does not hear: Salary
      jonas does not hear: sev2
      jonas> /handoff list
      jonas hears: HOF-1 “INC-1”
      jonas does not hear: Salary
10:00 @elena: HOF-1 · acceptance is due at 11:00
      not @elena: Salary
      not #credit: Salary
      arjun> /handoff briefing HOF-1
      arjun hears: Salary data in the logs
