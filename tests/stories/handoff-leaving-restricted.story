# Whoever leaves hands over a restricted case by a handoff of its own: the one that everybody reads doesn't count it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /incident open credit sev2 Insider at the cards desk restricted=yes
      arjun> /incident role INC-2 lead
09:10 greta> /handoff leaving @arjun to @elena
      card HOF-1: 2. INC-1
      not card HOF-1: INC-2
      not card HOF-1: 3.
      not #credit: HOF-2
      @elena: HOF-2 · Arjun hands over: “A restricted case”
      greta> /handoff status HOF-2
      greta hears: I can't find HOF-2.
09:20 elena> /handoff accept HOF-1 first=INC-1 next=command
      elena> /handoff decline HOF-2 I know them
      case HOF-2: declined
      elena> /incident status INC-2
      elena hears: Insider
