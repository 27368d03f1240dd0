# The same watch looks after approvals: more are asked for on a path than are decided, and the first deadline is near.

      the policy says: [paths.silence] => [paths.busy]\nname = "Busy"\nqueue = { short = "1h", long = "6h", at_least = 3 }\n[[paths.busy.stages]]\nrole = "model-risk"\nwithin = "2h"\nladder = "plain"\n\n[paths.silence]
      the operator reloads
09:00 maya> /approval request credit "Ship v1" path=busy
      maya> /approval request credit "Ship v2" path=busy
      not #credit: INC-1
09:10 jonas> /approval request credit "Ship v3" path=busy
      #credit: INC-1 ... “Approvals on path busy are slow” ... 3 wait ... Who answers: model-risk: Priya, Tomas or Anika
      dev> /approval queue
      dev hears: How approvals wait
      dev hears: path busy · 3 wait ... INC-1 is about it
      dev hears: Who answers: model-risk: Priya, Tomas or Anika
      dev does not hear: path silence
      priya> /approval approve APR-1
      priya> /approval approve APR-2
      ledger: queue.eased x1
# Another path has a queue of its own, and nobody watches it.
      maya> /approval request credit "Ship v4"
      maya> /approval request credit "Ship v5"
      maya> /approval request credit "Ship v6"
      not #credit: INC-2
