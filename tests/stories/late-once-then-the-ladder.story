# Nobody answers: late is said once, the next role hears, then the one after it, then the last word is repeated twice and no more.

09:00 maya> /incident open credit sev2 Scores drift for new customers
09:48 @dev: INC-1 · acknowledgement is due at 10:00, 12 min left
      @lena: is due at 10:00, 12 min left
      not @arjun: INC-1
09:59 nobody is told: is late
10:00 #credit x1: INC-1 · acknowledgement is late, due 10:00 · escalated to @arjun and @sofia (command) ... waiting on @dev or @lena
      @dev: INC-1 · acknowledgement is late
      @lena: INC-1 · acknowledgement is late
      @arjun: INC-1 · acknowledgement is late, due 10:00 · escalated to @arjun and @sofia (command)
      @sofia: INC-1 · acknowledgement is late
      not @greta: INC-1
      duty INC-1 acknowledge: late, due 10:00, attributed operations
      card INC-1: acknowledgement late, due 10:00
10:14 not @greta: INC-1
10:15 @greta: INC-1 · acknowledgement is late, due 10:00 · escalated to @greta (governance)
11:14 not #credit: is still late
11:15 #credit: INC-1 · acknowledgement is still late, due 10:00, 1 h 15 min over
      @dev: INC-1 · acknowledgement is still late
# The last rung is told again with the holder; the one before it isn't.
      @greta: INC-1 · acknowledgement is still late
      not @arjun: is still late
12:15 #credit: INC-1 · acknowledgement is still late, due 10:00, 2 h 15 min over
      ledger: duty.late x1
      ledger: duty.escalated x1
      ledger: duty.repeated x2
Tue 09:00 nobody is told: INC-2
      #credit x1: acknowledgement is late, due 10:00 · escalated to @arjun and @sofia (command)
      #credit x2: INC-1 · acknowledgement is still late
# Whoever was called in may answer as well; late is late all the same.
      greta> /incident ack INC-1
      greta hears: you acknowledged it
      duty INC-1 acknowledge: met-late, due Mon 23 Nov 10:00, attributed operations
