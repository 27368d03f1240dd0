# Several answers of one case that fall due together are one message, and each person hears what concerns them.

09:00 maya> /incident open credit sev1 Cards are blocked
09:20 #credit x1: INC-1 · 4 answers are owed, the first is late, due 09:20 · “Cards are blocked” ... Acknowledgement is late, due 09:20 ... Taking a seat (lead) is due at 09:40, 20 min left
      @dev: INC-1 · acknowledgement is late
      not @dev: seat
      @sofia: INC-1 · 4 answers are owed
      not @sofia: INC-1 · acknowledgement is late
      not @ravi: is late
      not @priya: INC-1
