# Each item that was refused finds a place of its own: what is said of one closes no other.

09:00 maya> /incident open credit sev2 Wrong limits
      maya> /incident open credit sev2 Wrong rates
      arjun> /incident role INC-1 lead
      arjun> /incident role INC-2 lead
      greta> /handoff leaving @arjun to @lena
      lena> /handoff refuse HOF-1 2 I was in the team that set them
      lena> /handoff refuse HOF-1 3 I was in that team, too
      @greta: By 13:00, @greta says what becomes of it: /handoff place HOF-1 item=3 …
      greta> /handoff place HOF-1 Arjun stays for a week
      greta hears: Name the item that finds a place, of 2 and 3, as in /handoff place HOF-1 item=2 …
      duty HOF-1 place-refused (item 2): owed
      duty HOF-1 place-refused (item 3): owed
10:00 greta> /handoff place HOF-1 item=3 Sofia leads it from noon
      greta hears: recorded: item 3 has a place; 1 more to place
      duty HOF-1 place-refused (item 2): owed, due 13:00
      duty HOF-1 place-refused (item 3): met
      card HOF-1: Placed: item 3 · Greta, 10:00: “Sofia leads it from noon”
      greta> /handoff place HOF-1 item=3 Dev does
      greta hears: Name the item that finds a place, of 2
13:00 #credit: HOF-1 · place for what was refused (item 2) is late
      greta> /handoff place HOF-1 Sofia leads that one, too
      duty HOF-1 place-refused (item 2): met-late
      @arjun: HOF-1 · Greta says what becomes of item 2
