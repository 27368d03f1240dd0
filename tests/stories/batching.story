# Several messages to one person that fall due close together are one message.

09:00 the policy says: batch_within = "0m" => batch_within = "2m"
      the operator reloads
      operator hears: is in force
09:00 maya> /approval request credit Ship v7
      jonas> /approval request credit Ship v8
      nobody is told: nobody at all
      not @priya: APR-1
      #credit: APR-2 · Jonas asks model-risk to decide
09:01 not @priya: APR-1
09:02 @priya x1: APR-
      @priya: APR-1 · Maya asks model-risk ... APR-2 · Jonas asks model-risk ... [Approve APR-1] [Decline APR-1] ... [Approve APR-2]
      @tomas x1: APR-
# The thread hears each at its own moment; the two nudges to one person are one.
09:59 maya> /sla mine
10:00 #credit: APR-1 · decision is due at 11:00, 1 h left
      #credit: APR-2 · decision is due at 11:00, 1 h left
10:01 not @priya: APR-1
10:02 @priya x1: APR-
      @priya: APR-1 · decision is due at 11:00 ... APR-2 · decision is due at 11:00
# What was answered while it waited is left out.
10:36 #credit: APR-1 · decision is due at 11:00, 24 min left
10:37 priya> /approval approve APR-1
      tomas> /approval approve APR-1
      case APR-1: approved
10:38 @anika x1: APR-
      @anika: APR-2 · decision is due at 11:00
      not @anika: APR-1
