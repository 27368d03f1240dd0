# Where the policy gives incidents channels of their own, the story is told there, and the workflow's channel only shows the card.

09:00 the policy says: [workflows.credit]\n => [workflows.credit]\nincident_channels = true\n
      the operator reloads
      maya> /incident open credit sev2 Scores drift
      #inc-1: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      @dev: INC-1
      greta sees #inc-1
      dev in #inc-1> /incident ack
      dev hears: you acknowledged it
      dev in #inc-1> /incident note switched to the old model
      #inc-1: switched to the old model
      not #credit: switched to the old model
      card INC-1: State: acknowledged
      dev in #inc-1> we looked at the logs
      transcript #inc-1: we looked at the logs
# An approval has none.
      maya> /approval request credit Ship v7
      #credit: APR-1
