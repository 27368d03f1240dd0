# One message about several cases: each of them stays true by itself.

09:00 the policy says: batch_within = "0m" => batch_within = "2m"
      the operator reloads
      maya> /approval request credit Ship v7
      jonas> /approval request credit Ship v8
09:02 @priya x1: APR-1 · Maya asks model-risk ... APR-2 · Jonas asks model-risk ... [Approve APR-1]
      priya> /approval approve APR-1
      edited @priya x1: APR-1 · you have answered · 1 of 2 ... APR-2 · Jonas asks model-risk ... [Approve APR-2]
      not edited @priya: [Approve APR-1]
      maya> /approval withdraw APR-1 not this week
      edited @priya: APR-1 · withdrawn 09:02 by Maya: “not this week” ... APR-2 · Jonas asks model-risk
      tomas> /approval decline APR-2 the test set is too old
      edited @priya: APR-1 · withdrawn 09:02 by Maya ... APR-2 · declined 09:02 by Tomas: “the test set is too old”
      not edited @priya: [
