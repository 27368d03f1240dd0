# The receiver comes into a restricted case by accepting it, and not before; nobody else learns that there is one.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      arjun> /incident role INC-1 lead
      jonas> /handoff offer INC-1 to @lena
      jonas hears: I can't find INC-1.
09:10 arjun> /handoff offer INC-1 to @elena
      @elena: HOF-1 · Arjun hands over: “A restricted case”
      not #credit: HOF-1
      not @elena: INC-1
      not @elena: Insider
      elena> /handoff status HOF-1
      elena hears: a restricted case: whoever accepts it learns which
      elena does not hear: INC-1
      elena> /incident status INC-1
      elena hears: I can't find INC-1.
      jonas> /handoff status HOF-1
      jonas hears: I can't find HOF-1.
      jonas> /handoff list
      jonas hears: No handoffs
09:20 elena> /handoff accept HOF-1
      elena hears: INC-1 is yours from now on
      elena> /incident status INC-1
      elena hears: Insider at the cards desk
      not #credit: HOF-1
