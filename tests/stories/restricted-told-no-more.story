# What is on its way to somebody isn't told any more once they may not see it.

09:00 the policy says: batch_within = "0m" => batch_within = "2m"
      the operator reloads
      operator hears: is in force
      maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      maya> /incident invite INC-1 @jonas
      maya> /incident uninvite INC-1 @jonas
      maya> /incident invite INC-1 @priya
09:02 @priya: Maya invited Priya
      not @jonas: INC-1
      ledger: told.not-needed x1
