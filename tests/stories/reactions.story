# A reaction keeps a message with the case where it was said: once, with its own author and moment. It is never a vote.

09:00 the policy says: batch_within = "0m" => batch_within = "0m"\nreactions = { note = ["pushpin", "📌"], follow_up = ["fast_forward", "⏩"] }
      the operator reloads
      maya> /incident open credit sev2 Scores drift
09:10 ravi in thread INC-1> the nightly batch was skipped
09:15 dev reacts to ravi's message with 📌
      ravi's message is marked
      ledger: case.kept x1
      dev> /incident timeline INC-1
      dev hears: 09:15 Dev kept what Ravi said at 09:10: “the nightly batch was skipped”
# Once, whoever does it and however often it is told.
      again
      lena reacts to ravi's message with 📌
      ledger: case.kept x1
# To take it back takes nothing out of the story.
      dev takes 📌 off ravi's message
      ledger: case.kept x1
# A follow-up of whoever sets it, within a week.
09:20 dev reacts to ravi's message with ⏩
      ledger: incident.follow-up-promised x1
      card INC-1: Follow-up 1: “the nightly batch was skipped” · Dev
      @dev: the nightly batch was skipped
      lena reacts to ravi's message with ⏩
      ledger: incident.follow-up-promised x1
# Signs of consent do nothing, and neither does anything said outside of a case.
      maya> /approval request credit Ship v7
      priya in thread APR-1> looks good to me
      tomas reacts to priya's message with ✅
      priya's message is not marked
      card APR-1: 0 of 2
      tomas reacts to priya's message with 📌
      priya's message is marked
      jonas> good morning
      dev reacts to jonas's message with 📌
      jonas's message is not marked
      ledger: case.kept x3
# Nobody whom the policy doesn't know is obeyed.
      elena in thread INC-1> it was skipped twice
      zoe reacts to elena's message with 📌
      elena's message is not marked
      ledger: case.kept x3
