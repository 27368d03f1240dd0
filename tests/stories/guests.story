# Guests and people of other organisations are heard. Where the policy refuses them they are not obeyed, and hear why.
not on discord: it knows no guests, and nobody of another organisation is on a server

09:00 guest dev> /sla mine
      dev does not hear: takes no commands
      the policy says: batch_within = "0m" => batch_within = "0m"\nrefuse = ["guests"]
      the operator reloads
      guest dev> /incident open credit sev2 Scores drift
      dev hears: takes no commands from guest accounts
      ledger: incident.opened x0
      guest dev> the scores look odd to me
      transcript #credit: the scores look odd to me
      outsider dev> @countersign incident open credit sev2 Scores drift
      dev hears: opened as sev2
      dev> /incident ack INC-1
      dev hears: you acknowledged it
