# A renewal that is refused takes nothing away before the agreed end, and gives nothing after it.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 5h control="a second reader" For the day
      maya> /exception renew EXC-1 until 3d Longer
      arjun> /exception refuse EXC-1 The report is there by then
      #credit: EXC-1 · the renewal is refused · Arjun
      @maya: EXC-1 · the renewal is refused
      card EXC-1: In force: yes, until 14:00
      case EXC-1: granted
14:00 #credit: EXC-1 · expired 14:00, not in force any more
      card EXC-1: In force: no
      ledger: exception.renewed x0
