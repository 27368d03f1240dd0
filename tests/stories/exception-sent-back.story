# What a specialist sends back goes to those who must rule on it, and not to whoever had sent it to them.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception take EXC-1
      card EXC-1: In hand: Arjun
      case EXC-1: in-review
09:10 arjun> /exception specialist EXC-1 role=engineering Is the format yours?
      arjun hears: Ravi or Elena recommends by 11:10; ruling on it comes after that
      @ravi: EXC-1 · recommend by 11:10 ... Arjun asks ... “Is the format yours?”
      case EXC-1: with-specialist
      not card EXC-1: In hand
      sofia> /exception grant EXC-1 until 1d control="a second reader" For a day
      sofia hears: Wait for the specialist
09:30 ravi> /exception send-back EXC-1 Not ours to say
      #credit: EXC-1 · rule by 13:30 ... Waiting on @arjun or @sofia (command) · Ravi sends it back ... “Not ours to say”
      @sofia: EXC-1 · rule by 13:30
      duty EXC-1 recommend: void
      not card EXC-1: In hand: Arjun
09:31 sofia> /exception grant EXC-1 until 1d control="a second reader" For a day
      case EXC-1: granted
      ledger: exception.recommended x0
