# A restricted case is taken over as loudly as its own people may hear, and the operators' channel names none.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      maya> /incident role INC-1 lead @dev
09:30 maya> /incident invite INC-1 @greta
      greta> /handoff take INC-1 Dev doesn't answer
      greta hears: INC-1 is yours: you took it over from Dev
      @dev: HOF-1 · Greta took over INC-1
      not #ops: HOF-1
      not #credit: HOF-1
      jonas> /handoff take INC-1 Me
      jonas hears: I can't find INC-1.
