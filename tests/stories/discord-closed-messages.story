# On Discord: whoever takes no direct messages is told in the case's thread what is theirs, and nothing counts as lost.
platform: discord

09:00 dev takes no direct messages
      maya> /incident open credit sev2 Scores drift
      @lena: INC-1
      not @dev: INC-1
      #credit: INC-1 ... Dev
      outbox: given-up x0
09:30 @lena: INC-1 · acknowledgement is due
      #credit: INC-1 · acknowledgement is due
      dev presses Acknowledge on INC-1
      dev hears: INC-1
      case INC-1: acknowledged
