# A condition is kept with the acceptance, and everybody reads it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      lena> /handoff accept HOF-1 first=INC-1 next=command condition="until Friday noon"
      lena hears: it is yours from now on
      #credit: On the condition: “until Friday noon”
      card HOF-1: on the condition: “until Friday noon”
      dev> /handoff timeline HOF-1
      dev hears: on the condition: “until Friday noon”
      ledger: handoff.item-refused x0
