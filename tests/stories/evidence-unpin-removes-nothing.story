# Unpinning takes a message off the list of what was kept. What was kept, by whom and why stays in the story, and so does the unpinning.

09:00 maya> /incident open credit sev2 Scores drift
      ravi in thread INC-1> the vendor agreed to roll back
      dev> /evidence unpin {ravi's message}
      dev hears: That message isn't pinned on INC-1
      ledger: case.unpinned x0
      dev> /evidence pin {ravi's message} because It says who agreed
      lena> /evidence unpin {ravi's message} because He meant another vendor
      lena hears: no longer pinned; the story keeps that it was
      ledger: case.unpinned x1
      dev> /incident timeline INC-1
      dev hears: Dev pinned what Ravi said at 09:00: “the vendor agreed to roll back” · because “It says who agreed”
      dev hears: Lena took the pin off what was said at 09:00; it stays here · because “He meant another vendor”
# It can be pinned again, and was never gone.
      dev> /evidence pin {ravi's message} because He did mean this one
      ledger: case.kept x2
      lena> /evidence unpin {ravi's message}
      ledger: case.unpinned x2
      lena> /evidence unpin {ravi's message}
      lena hears: That message isn't pinned on INC-1
      ledger: case.unpinned x2
