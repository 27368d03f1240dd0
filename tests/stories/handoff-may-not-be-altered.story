# Where a law forbids altering a system, whoever takes over says which: the brief names it, and both see a wrong answer.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Somebody was harmed aware=08:30
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @sofia
      sofia> /handoff briefing HOF-1
      sofia hears: Not to be altered: claims, before an authority is told of INC-1
      sofia> /handoff accept HOF-1
      sofia hears: and which workflow a law forbids altering now: /handoff accept HOF-1 first=… next=… unaltered=…. /handoff briefing HOF-1 shows it
      ledger: handoff.accepted x0
      sofia> /handoff accept HOF-1 first=INC-1 next=command unaltered=credit
      sofia hears: Not all of what you said back is so
      card HOF-1: Not to be altered: said back: credit · it is claims
      @arjun: Not to be altered: credit · it is claims
