# A seat that was handed over counts until the policy file says who has it.
local: it is about the policy file

09:00 priya> /handoff offer role=model-risk to=@henrik
      henrik> /handoff accept HOF-1
      maya> /approval request credit "Ship v7"
      duty APR-1 decide: owed, holders henrik tomas anika
09:10 the policy says: name = "Story bank" => name = "Story bank, second edition"
      greta> /sla reload
      duty APR-1 decide: owed, holders henrik tomas anika
      ledger: seat.settled x0
09:20 the policy says: members = ["priya", "tomas", "anika"] => members = ["henrik", "tomas", "anika"]
      greta> /sla reload
      ledger: seat.settled x1
      duty APR-1 decide: owed, holders henrik tomas anika
09:30 the policy says: members = ["henrik", "tomas", "anika"] => members = ["priya", "tomas", "anika"]
      greta> /sla reload
      duty APR-1 decide: owed, holders priya tomas anika
