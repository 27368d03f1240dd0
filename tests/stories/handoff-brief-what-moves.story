# The brief says first what goes to its receiver, each with who has it, by when and to whom it goes otherwise, and what is to be said back; then the rest.

09:00 maya> /incident open credit sev1 Declines everybody
      arjun> /handoff offer role=command of=credit to=@sofia
      sofia> /handoff briefing HOF-1
      sofia hears: Goes with it when it is accepted: ... • INC-1 · update by 09:30 · Arjun or Sofia ... • INC-1 · resolution by 19:00 · Arjun or Sofia · not answered by 19:30, it goes to command ... When you accept, say back ... • containment by 11:00
      sofia does not hear: • resolution by 19:00
      lena> /handoff briefing HOF-1
      lena hears: containment by 11:00 · Ravi or Elena
