# It is back: a resolved incident is opened again, its duties start afresh, and the review is not owed meanwhile.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
10:00 arjun> /incident resolve INC-1 back-filled
      arjun hears: resolved; next is the review by Tue 24 Nov 10:00: Greta
      duty INC-1 review: owed, due Tue 24 Nov 10:00
      dev> /incident update INC-1 still fine
      dev hears: INC-1 is resolved already (Arjun, 10:00). `/incident review INC-1 …` accepts the review
11:00 maya> /incident reopen INC-1 it is back since half past ten
      maya hears: reopened; next is the acknowledgement by 12:00: Dev or Lena
      #credit: INC-1 is open again · Maya ... it is back since half past ten
      @dev: INC-1 is open again
      @dev: open again ... [Acknowledge]
      case INC-1: open
      duty INC-1 review: void
      duty INC-1 acknowledge #1: met
      duty INC-1 acknowledge #2: owed, due 12:00
      duty INC-1 resolve #1: met
      duty INC-1 resolve #2: owed, due 21:00
      jonas> /incident reopen INC-1 again
      jonas hears: INC-1 is open already (Maya, 11:00). `/incident update INC-1 …` says what is new
12:00 @dev: INC-1 · acknowledgement is late
Tue 10:00 nobody is told: review
