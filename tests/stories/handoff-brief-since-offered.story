# What came to a role after it was offered is part of what its receiver says back, and the brief says so before they try.

09:00 priya> /handoff offer role=model-risk of=credit to=@henrik
      henrik> /handoff briefing HOF-1
      henrik does not hear: say back
09:10 jonas> /approval request credit "Ship v7"
      jonas> /approval request claims "Go live"
      henrik> /handoff briefing HOF-1
      henrik hears: When you accept, say back which case’s clock runs out first
      henrik does not hear: APR-2
      henrik> /handoff accept HOF-1 first=APR-1 next=governance
      case HOF-1: accepted
