# The vendor leaves: what its roles hold goes to the client's, once the client has shown by use that it knows what has to be known.

09:00 maya> /incident open credit sev1 Wrong limits
      duty INC-1 contain: owed, due 11:00, holders ravi elena
      ravi> /incident role INC-1 lead
      jonas> /handoff offer workflow=credit party=client from=@ravi
      jonas hears: Ask Greta
09:10 greta> /handoff offer workflow=credit party=regulator from=@ravi
      greta hears: The policy doesn't say who takes over for “regulator”
      ravi> /handoff offer workflow=credit party=client
      ravi hears: Ask Greta
      greta> /handoff offer workflow=credit to=@elena from=@ravi
      greta hears: Name the party that takes over, as in /handoff offer workflow=credit party=…
      greta> /handoff offer workflow=credit party=vendor from=@ravi
      greta hears: The policy doesn't say who takes over for “vendor”
      ledger: handoff.offered x0
      greta> /handoff offer workflow=credit party=client from=@ravi
      greta hears: offered: Maya or Jonas answers by 11:10
      card HOF-1: 1. the role engineering of credit ... 2. INC-1
      jonas> /handoff accept HOF-1 first=INC-1
      jonas hears: Show by use that you know “where the limits are set”
      ledger: handoff.accepted x0
      ravi> /handoff prove HOF-1 1 I know it
      ravi hears: Ask Maya or Jonas
      jonas> /handoff prove HOF-1 1 Set them back on the test system
      jonas hears: Show by use that you know “where the limits are set”, with the drill in which you did a step
      jonas> /handoff prove HOF-1 1 on=INC-1 Set them back on the test system
      jonas hears: in INC-1 you did no step and answered no page of credit
      dev> /incident escalate INC-1 product Set the limits back
      jonas> /incident here INC-1
      jonas> /handoff prove HOF-1 1 on=INC-1 Set them back on the test system
      #credit: HOF-1 · Jonas showed on INC-1 that they know no. 1 · 1 more to show
      maya> /handoff prove HOF-1 2 on=INC-1 Called at 08:00 and Elena answered
      maya hears: in INC-1 you did no step
      jonas> /handoff prove HOF-1 2 on=INC-1 Called at 08:00 and Elena answered
      jonas hears: nothing is left to show
      card HOF-1: To know: 1. “where the limits are set” · shown by Jonas on INC-1: “Set them back on the test system”
09:20 jonas> /handoff accept HOF-1 first=INC-1
      jonas hears: it is yours from now on
      duty INC-1 contain: owed, due 11:00, holders maya jonas
      card INC-1: Lead: Jonas
      #credit: INC-1 · product took over
      ledger: seat.handed x1
# What comes later on this workflow is theirs as well; elsewhere the vendor's stays the vendor's.
09:30 maya> /incident open credit sev1 Wrong rates
      duty INC-2 contain: owed, due 11:30, holders maya jonas
