# What may go out to a person takes along what would follow within the policy's `batch_within`; what comes later waits for its own moment.

09:00 the policy says: batch_within = "0m" => batch_within = "10m"
      the operator reloads
      operator hears: is in force
09:00 maya> /approval request credit Ship v7
09:04 jonas> /approval request credit Ship v8
09:09 not @priya: APR-
09:10 @priya x1: APR-
      @priya: APR-1 · Maya asks model-risk ... APR-2 · Jonas asks model-risk
09:11 maya> /approval request credit Ship v9
09:14 not @priya: APR-
09:20 not @priya: APR-
09:21 @priya x1: APR-
      @priya: APR-3 · Maya asks model-risk
      not @priya: APR-2
