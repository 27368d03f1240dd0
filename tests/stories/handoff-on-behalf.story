# What somebody else holds is handed over by those alone who may, and its holder hears.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      dev> /handoff offer INC-1 to @lena from=@arjun
      dev hears: Ask Greta
      greta> /handoff leaving @arjun to @lena reason="the contract ends on Friday"
      #credit: HOF-1 · Arjun hands over: “All that somebody holds” ... offered by Greta
      @arjun: HOF-1 · Arjun hands over
      @lena: “the contract ends on Friday”
      card HOF-1: 1. the role command
      card HOF-1: 2. INC-1
      lena> /handoff accept HOF-1 first=INC-1 next=governance
      lena hears: Not all of what you said back is so
      duty HOF-1 stay-reachable: owed, holders greta
      @greta: HOF-1 · Lena said it back: 1 thing not as it is
      not @arjun: said it back
      card HOF-1: Hears next: said back: governance · it is command
      duty INC-1 resolve: owed, due 19:00, holders lena sofia
      arjun> /incident severity INC-1 sev3 It is calmer
      arjun hears: Ask
