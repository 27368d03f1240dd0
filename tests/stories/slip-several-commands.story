# One command in a message. Where there are more, none is done, and that is said: what would be left undone has a clock that runs on.
not on discord: a slash command is one command there; what is said in a message is told in the room

09:00 maya> /incident open credit sev2 Scores drift
      maya> /incident open credit sev3 Odd answers
      dev> /incident update INC-1 the back-fill runs
      | /incident resolve INC-1 all fixed
      dev hears: Send each command by itself: there is another one in that message, “/incident resolve INC-1 all fixed”, and nothing was done. If it belongs to the text, put the text in quotes.
      case INC-1: open
      dev> @countersign ack INC-1
      | @countersign ack INC-2
      dev hears: Send each command by itself: there is another one in that message, “@countersign ack INC-2”
      dev> @countersign ack INC-1
      | resolve INC-2 was a test
      dev hears: Send each command by itself: there is another one in that message
      dev> @countersign ack INC-1 and INC-2
      dev hears: Send one command for each case: that names INC-2 as well, and nothing was done.
      case INC-1: open
      case INC-2: open
      ledger: incident.acknowledged x0
# What somebody quotes, code, and what stands between quotes are words.
      dev> /incident note INC-1 they wrote
      | > /incident resolve INC-1 x
      #credit: they wrote
      dev> @countersign note INC-1 "run this:
      | /incident resolve INC-1 x"
      #credit: run this:
      case INC-1: open
      dev> @countersign ack INC-1 on it, and thanks
      case INC-1: acknowledged
