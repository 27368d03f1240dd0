# Nobody learns by an exception that there is a restricted case, and no exception names one.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      jonas> /exception raise credit waiting "More time" on=INC-1
      jonas hears: I can't find INC-1.
      jonas> /exception raise credit waiting "More time" on=INC-77
      jonas hears: I can't find INC-77.
      maya> /exception raise credit waiting "More time" on=INC-1
      maya hears: Say it without INC-1: everybody would read here that there is one
      not #credit: INC-1
      not #credit: EXC-1
      jonas> /exception list
      jonas hears: No exceptions
      ledger: exception.raised x0
