# What a receiver is asked to say back stands in the offer, in the brief and in the nudge. What nobody asks isn't kept without a word.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      arjun> /handoff offer INC-1 to @lena
      @lena: /handoff accept HOF-1 first=… next=…
      lena> /handoff briefing HOF-1
      lena hears: When you accept, say back which case’s clock runs out first, which role it goes to if no answer comes there: /handoff accept HOF-1 first=… next=…
      lena> /handoff accept HOF-1
      lena hears: Say back on which case a clock runs out first and which role hears next ... /handoff briefing HOF-1 shows it
      case HOF-1: offered
      priya> /handoff offer role=model-risk of=credit to=@henrik
      henrik> /handoff briefing HOF-2
      henrik does not hear: say back
      henrik> /handoff accept HOF-2 next=command
      henrik hears: next= isn't kept: no clock of it runs
      case HOF-2: accepted
10:00 @lena: HOF-1 · acceptance is due at 11:00 ... /handoff accept HOF-1
