# Where nothing runs out, nothing is said back, and nobody is late with a word that nobody waits for.

09:00 priya> /handoff offer role=model-risk of=credit to=@henrik
      henrik> /handoff accept HOF-1
      henrik hears: Priya stays reachable until 09:30
      @priya: HOF-1 · at 09:00 @henrik took over from Priya ... Priya stays reachable until 09:30
      card HOF-1: Reachable: Priya until 09:30
      priya> /handoff confirm HOF-1
      priya hears: Nobody owes the word that it was understood on HOF-1 now
10:00 nobody is told: is late
      case HOF-1: accepted
