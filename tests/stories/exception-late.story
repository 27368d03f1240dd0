# A ruling that doesn't come climbs the ladder as every answer does; whoever is called may rule. Silence grants nothing.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
11:00 @arjun: EXC-1 · ruling is due at 13:00
13:00 #credit: EXC-1 · ruling is late
13:30 #credit: EXC-1 · ruling ... late
14:00 @greta: EXC-1 · ruling ... late
      card EXC-1: In force: no
      case EXC-1: triaged
      greta> /exception grant EXC-1 until 1d control="a second reader" Somebody has to
      case EXC-1: granted
      duty EXC-1 rule-exception: met-late
