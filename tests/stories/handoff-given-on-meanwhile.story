# What its giver gave on meanwhile stays with whoever has it: who declines the old offer reads who that is, and nobody owes a place for it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      arjun> /handoff offer INC-1 to @dev
      arjun hears: HOF-1 offers INC-1 to Lena as well until 11:00: whoever accepts first has it, and ... handoff withdraw HOF-1 … takes that one back
      dev> /handoff accept HOF-2 first=INC-1 next=command
      case HOF-2: accepted
09:10 lena> /handoff decline HOF-1 I lead two incidents already
      lena hears: declined; Arjun holds none of it any more: INC-1 is with Dev by now
      lena does not hear: stays with
      #credit: HOF-1 · Lena declined all of it, and Arjun doesn’t hold it any more: Dev does
      case HOF-1: declined
      card INC-1: Lead: Dev
13:10 nobody is told: says what becomes of it
      greta> /handoff place HOF-1 Somebody takes it
      greta hears: Nobody owes the place for what was refused on HOF-1 now
