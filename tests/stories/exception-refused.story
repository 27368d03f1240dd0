# Refused, it is over: it was never in force, and nobody owes anything on it any more.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
09:10 sofia> /exception refuse EXC-1 The report can be made today
      #credit: EXC-1 · refused · Sofia ... asked for by @maya ... “The report can be made today”
      @maya: EXC-1 · refused · Sofia
      case EXC-1: refused
      card EXC-1: State: refused ... “The report can be made today” ... In force: no
      duty EXC-1 rule-exception: met
      arjun> /exception grant EXC-1 until 1d control="a second reader" For a day
      arjun hears: EXC-1 is refused already (Sofia, 09:10). /exception raise credit late-report … asks anew
      maya> /exception list
      maya hears: No exceptions
      ledger: exception.granted x0
