# Whoever is asked a little later, because messages wait for company, is asked with what is true by then.

09:00 the policy says: batch_within = "0m" => batch_within = "2m"
      the operator reloads
      operator hears: is in force
      maya> /approval request credit Ship v7
      #credit: APR-1 · Maya asks model-risk to decide
09:01 priya> /approval approve APR-1
      priya hears: 1 of 2
09:02 @tomas: APR-1 · Maya asks model-risk to decide ... 1 more of these 2 must approve: @tomas and @anika (1 of 2 so far)
      not @tomas: 0 of 2
