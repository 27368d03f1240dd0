# One command in a message. Where there are more, none is done, and that is said: what would be left undone has a clock that runs on.
not on discord: a slash command is one command there; what is said in a message is told in the room

09:00 maya> /incident open credit sev2 Scores drift
      maya> /incident open credit sev3 Odd answers
      dev> /incident update INC-1 the back-fill runs
      | /incident resolve INC-1 all fixed
      dev hears: There is another command in that message: “/incident resolve INC-1 all fixed”. I take one at a time, so nothing was done. Send each by itself; if it belongs to the text, put the text in quotes.
      case INC-1: open
      dev> @countersign ack INC-1
      | @countersign ack INC-2
      dev hears: another command in that message: “@countersign ack INC-2”
      dev> @countersign ack INC-1
      | resolve INC-2 was a test
      dev hears: another command in that message
      dev> @countersign ack INC-1 and INC-2
      dev hears: That names INC-2 as well. I take one case at a time, so nothing was done: say it of each.
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
