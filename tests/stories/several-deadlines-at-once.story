# Several answers of one case that fall due together are one message, and each person hears what concerns them.

09:00 maya> /incident open credit sev1 Cards are blocked
09:20 #credit x1: acknowledgement is late
      #credit: INC-1 ... answers are owed on “Cards are blocked” ... Acknowledgement is late
      @dev: INC-1 · acknowledgement is late
      not @dev: seat
      @sofia x1: answers are owed
      not @ravi: is late
      not @priya: INC-1
