# Whoever raised an exception neither rules on it nor renews it, whatever roles they hold.

09:00 arjun> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      duty EXC-1 rule-exception: owed, holders sofia
      @sofia: EXC-1 · rule by
      not @arjun: EXC-1 · rule by
      arjun> /exception grant EXC-1 until 1d control="a second reader" I need it
      arjun hears: Ask Sofia
      arjun> /exception refuse EXC-1 Never mind
      arjun hears: Ask Sofia
      case EXC-1: triaged
      sofia> /exception grant EXC-1 until 1d control="a second reader" For a day
      case EXC-1: granted
# His renewal is a wish, not a ruling.
10:00 arjun> /exception renew EXC-1 until 3d One more
      arjun hears: asked for; Sofia rules on the renewal
      arjun> /exception grant EXC-1 until 3d One more
      arjun hears: Wait for the ruling
      card EXC-1: In force: yes, until Tue 24 Nov 09:00
      ledger: exception.renewed x0
