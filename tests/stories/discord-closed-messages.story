# On Discord: whoever takes no direct messages is told in the case's thread what is theirs, and nothing counts as lost.
platform: discord

09:00 dev takes no direct messages
      maya> /incident open credit sev2 Scores drift
      @lena: INC-1
# The card may still be on its way, in whose thread it is to stand: then it is tried again.
09:02 not @dev: INC-1
      #credit x1: INC-1 · acknowledge by ... · sev2 ... For @dev, whose direct messages are closed. ... [Acknowledge]
      outbox: given-up x0
09:30 @lena: INC-1 · acknowledgement is due
      #credit x1: INC-1 · acknowledgement is due ... For @dev, whose direct messages are closed.
      dev presses Acknowledge on INC-1
      dev hears: INC-1
      case INC-1: acknowledged
# What asked them in the thread says what became of it, and still whom it was for.
      edited #credit: INC-1 · acknowledged 09:30 by Dev ... For @dev, whose direct messages are closed.
