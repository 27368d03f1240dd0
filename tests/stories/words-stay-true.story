# A word once posted stays true: what asked for an answer says what became of it, and asks nobody any more. One request has one
# message a person; a reminder is short and has no buttons of its own.

09:00 maya> /approval request credit Ship v7
      @tomas: asks model-risk to decide by 11:00 on “Ship v7” ... [Approve] [Decline]
10:00 @tomas: APR-1 · decision is due at 11:00, 1 h left
      not @tomas: left ... [Approve]
10:10 priya> /approval approve APR-1
# Who has answered isn't asked any more; the others see how far it is, in the message that asked them.
      edited @priya: APR-1 · you have answered · 1 of 2 · waiting on Tomas or Anika
      edited @tomas: asks model-risk to decide by 11:00 on “Ship v7” ... 1 more of these 2 must approve: @tomas and @anika (1 of 2 so far) ... [Approve] [Decline]
      edited #credit: 1 more of these 2 must approve: @tomas and @anika
      edited #credit: APR-1 · decision is due at 11:00, 50 min left · 1 of 2
      not edited #credit: [
10:20 tomas> /approval approve APR-1
      edited @tomas: APR-1 · approved 10:20 by Tomas, 2 of 2 ... “Ship v7”
      edited @priya: APR-1 · approved 10:20 by Tomas, 2 of 2
      edited @anika: APR-1 · approved 10:20 by Tomas, 2 of 2
      edited #credit x2: APR-1 · approved 10:20 by Tomas, 2 of 2
      nobody is told: late
# The other ends, each in its own words.
      maya> /approval request credit Ship v8
      anika> /approval decline APR-2 the test set is too old
      edited @priya: APR-2 · declined 10:20 by Anika: “the test set is too old”
      maya> /approval request credit Ship v9
      maya> /approval withdraw APR-3 not this week
      edited @priya: APR-3 · withdrawn 10:20 by Maya: “not this week”
      maya> /approval request credit Ship v10
      maya> /approval request credit Ship v11
      maya> /approval supersede APR-4 by APR-5
      edited @priya: APR-4 · superseded 10:20 by Maya: APR-5 takes its place
# An incident's messages as well: the acknowledgement, a page, a seat.
10:30 maya> /incident open credit sev2 Scores drift
      @dev: INC-1 · acknowledge by ... · sev2 on credit ... [Acknowledge] [Take lead]
      lena> /incident ack INC-1
      edited @dev: INC-1 · acknowledged 10:30 by Lena ... “Scores drift”
      not edited @dev: [Acknowledge]
      maya> /incident page INC-1 model-risk look at the scores
      @tomas: INC-1 · answer by ... model-risk is paged
      tomas> /incident here INC-1
      edited @priya: INC-1 · page answered 10:30 by Tomas (“look at the scores”)
      lena> /incident followup INC-1 @dev 2026-11-25 Add an alarm
      #credit: INC-1 · follow-up for @dev
      dev> /incident done INC-1 1
      edited #credit: INC-1 · follow-up for @dev ... follow-up done 10:30 by Dev (“Add an alarm”)
