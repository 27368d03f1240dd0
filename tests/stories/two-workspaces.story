# Two Slack workspaces work one case, the bank's and the vendor's: its card in each, an answer in one changes both, everybody is told where they are, and one transcript has it all.
platform: slack, slack-vendor

09:00 maya> /incident open credit sev2 Scores drift
      maya hears: opened as sev2
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      slack-vendor#credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      @dev: INC-1 ... [Acknowledge]
      card INC-1: State: open
      card INC-1 in slack-vendor: State: open
# Said in the vendor's workspace, it counts in both.
09:05 ravi in slack-vendor#credit> /incident note INC-1 we see it in our logs too
      ravi hears: INC-1
      ravi in slack-vendor#credit> the model was rolled out at eight
      transcript slack-vendor#credit: rolled out at eight
      not transcript #credit: rolled out at eight
# Pressed on the one card, the other follows.
09:10 dev presses Acknowledge on INC-1 in slack
      dev hears: INC-1
      card INC-1: acknowledged
      card INC-1 in slack-vendor: acknowledged
      slack-vendor#credit: INC-1 ... Dev
      case INC-1: acknowledged
# Who is called in is told in the workspace that they have an account in.
09:15 dev> /incident page INC-1 engineering Please look at the roll-out
      @ravi: INC-1 · answer by ... engineering is paged
      slack-vendor@elena: INC-1 · answer by ... engineering is paged
      ravi presses I'm here in a message
      ravi hears: INC-1
      duty INC-1 answer-page: met
      card INC-1 in slack-vendor: State: acknowledged
# One case, one story of it.
      ravi in slack-vendor#credit> /incident contain INC-1 rolled back
      card INC-1: State: contained
      card INC-1 in slack-vendor: State: contained
      maya> /incident timeline INC-1
      maya hears: Ravi ... we see it in our logs too ... Dev ... rolled back
