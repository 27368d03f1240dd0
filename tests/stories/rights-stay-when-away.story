# Whoever is away has handed on their duties, not their rights; the deputy has them meanwhile, and nobody else.

09:00 greta> /approval delegate @dev until friday 17:00 Holiday
      greta hears: Dev stands in for Greta
      greta> /approval delegate @henrik until friday 17:00 for=priya She is ill
      greta hears: Henrik stands in for Priya
      the policy says: name = "Story bank" => name = "Story bank, second"
      jonas> /sla reload
      jonas hears: Ask Dev: reloading the policy is for governance.
      greta> /sla reload
      greta hears: Policy “Story bank, second” is in force
      the policy says: name = "Story bank, second" => name = "Story bank, third"
      dev> /sla reload
      dev hears: Policy “Story bank, third” is in force
