# The bank works on Slack and the vendor on Discord, on one case: its card on each, an answer on one changes both, everybody is told where they are, one timeline has it all, and whoever is on both votes once.
platform: slack, vendor on discord
both: priya

09:00 maya> /incident open credit sev2 Scores drift
      maya hears: opened as sev2
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      discord#credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      @dev: INC-1 ... [Acknowledge]
      card INC-1: State: open
      card INC-1 in discord: State: open
# Said on Discord, it counts on both.
09:05 ravi in discord#credit> /incident note INC-1 we see it in our logs too
      ravi hears: INC-1
      ravi in discord#credit> the model was rolled out at eight
      transcript discord#credit: rolled out at eight
      not transcript #credit: rolled out at eight
# Pressed on the one card, the other follows.
09:10 dev presses Acknowledge on INC-1 in slack
      dev hears: INC-1
      card INC-1: acknowledged
      card INC-1 in discord: acknowledged
      discord#credit: INC-1 ... Dev
      case INC-1: acknowledged
# Who is called in is told where they have an account.
09:15 dev> /incident page INC-1 engineering Please look at the roll-out
      @ravi: INC-1 · answer by ... engineering is paged
      discord@elena: INC-1 · answer by ... engineering is paged
      ravi presses I'm here in a message
      ravi hears: INC-1
      duty INC-1 answer-page: met
      ravi presses Contain on INC-1 in discord
      ravi submits: text = rolled back
      card INC-1 in slack: State: contained
      card INC-1 in discord: State: contained
# One case, one story of it.
      maya> /incident timeline INC-1
      maya hears: Ravi ... we see it in our logs too ... Dev ... rolled back
# Priya is on both, and is one person.
      maya> /approval request credit Ship v7
      card APR-1 in slack: State: requested
      card APR-1 in discord: State: requested
      priya presses Approve on APR-1 in slack
      priya hears: 1 of 2
      card APR-1 in discord: 1 of 2
      priya in discord#credit> /approval approve APR-1
      priya hears: already
      priya presses Approve on APR-1 in discord
      priya hears: already
      ledger: approval.voted x1
      tomas> /approval approve APR-1
      case APR-1: approved
      card APR-1 in discord: State: approved
