# Where the policy names nobody who may take over, nobody may.
local: it is about the policy file

09:00 maya> /incident open credit sev2 Wrong limits
      dev> /incident role INC-1 lead
      the policy says: take_over = ["command", "governance"] => raise_exception = "anyone"
      greta> /sla reload
      arjun> /handoff take INC-1 Dev doesn't answer
      arjun hears: Ask an operator to name who may take over
      card INC-1: Lead: Dev
      ledger: handoff.taken x0
