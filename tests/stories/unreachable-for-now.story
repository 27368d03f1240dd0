# A channel that can't be reached for now: it is tried again with growing pauses, other people hear at once, and words keep their order.

09:00 #credit is unreachable
      maya> /approval request credit Ship v7
      @priya: APR-1
      not #credit: APR-1
      priya> /approval approve APR-1
      tomas> /approval approve APR-1
      @maya: APR-1 is approved
      ledger: told.undeliverable x0
      #ops x0: could not be delivered
09:20 #credit is back
      not #credit: APR-1
09:45 not @jonas: APR-1
      #credit x1: APR-1 is approved
      card APR-1: State: approved
# What was asked meanwhile and is answered by now isn't asked any more.
      not #credit: asks model-risk
      ledger: told.undeliverable x0
