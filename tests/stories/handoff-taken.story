# Taking over needs nobody's word in an emergency, only a right; everybody hears, and somebody else reviews it.

09:00 maya> /incident open credit sev2 Wrong limits
      dev> /incident role INC-1 lead
      maya> /handoff take INC-1 Dev doesn't answer
      maya hears: Ask Arjun, Sofia or Greta
09:30 arjun> /handoff take INC-1 Dev doesn't answer and the limits are wrong
      arjun hears: INC-1 is yours: you took it over from Dev, who hears of it: the lead seat and the acknowledgement. Greta reviews that by Tue 24 Nov 09:30
      #credit: HOF-1 · Arjun took over INC-1 from Dev at 09:30, without asking
      #ops: HOF-1 · Arjun took over INC-1 from Dev at 09:30
      @dev: HOF-1 · Arjun took over INC-1
      @greta: HOF-1 · Arjun took over INC-1
      card INC-1: Lead: Arjun
      case HOF-1: taken
      arjun> /handoff take-review HOF-1 I was right
      arjun hears: Ask Greta
      greta> /handoff take-review HOF-1 It was right: nobody reached Dev for an hour
      duty HOF-1 review-take: met
      @arjun: HOF-1 · Greta reviewed the takeover
      ledger: handoff.accepted x0
