# Whoever offers what a leaver holds owes no word where all that was said back is so; where it isn't, they put it right.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      greta> /handoff leaving @arjun to @lena
      lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: Greta stays reachable until 09:30
      card HOF-1: Runs out first: said back: INC-1, and it is so
      greta> /handoff confirm HOF-1
      greta hears: Nobody owes the word that it was understood on HOF-1 now
09:40 nobody is told: word that it was understood is late
      greta> /handoff leaving @lena to @sofia
      sofia> /handoff accept HOF-2 first=APR-1 next=command
      duty HOF-2 stay-reachable: owed, holders greta
