# A command alone asks what can be done: with the case where it is said, and outside of any, with what is open. What is offered is what the rules would accept of whoever asks.

09:00 maya> /incident menu
      maya hears: Nothing is open ... [Open incident] ... [Request approval] ... [What I owe]
      maya> /incident open credit sev2 Scores drift impact=unclear
      maya> /approval request credit Ship v7
      dev> @countersign
      dev hears: 2 open cases ... INC-1 sev2 “Scores drift” · credit, open · acknowledgement by 10:00 ... APR-1 “Ship v7” ... [Open incident] [Raise exception] [Hand over] [Propose rollback] [INC-1] [APR-1] [What I owe]
      dev> /incident menu
      dev hears: 1 open incident ... INC-1 sev2 “Scores drift”
      dev presses INC-1 in the answer
      dev hears: INC-1 · “Scores drift” · sev2, open ... Next: acknowledgement by 10:00 · Dev or Lena ... [Acknowledge] ... [Catch me up] [Timeline]
      dev presses Acknowledge in the answer
      case INC-1: acknowledged
      dev in thread INC-1> @countersign
      dev hears: INC-1 · “Scores drift” · sev2, acknowledged
      dev> /incident menu INC-1
      dev does not hear: [Acknowledge]
      dev> /incident menu INC-1
      dev hears: [Contain] ... [Update]
      priya> /approval menu APR-1
      priya hears: APR-1 · “Ship v7” · requested ... [Read and decide]
      priya does not hear: [Approve]
      maya> /approval menu APR-1
      maya does not hear: [Read and decide]
      maya> /approval menu APR-1
      maya hears: [Amend] ... [Withdraw]
      nobody is told: What you can do
# Of a restricted one nobody else learns anything.
      lena> /incident open credit sev1 restricted=yes A list of customers leaked
      maya> @countersign
      maya does not hear: INC-2
      maya> /incident menu INC-2
      maya hears: I can't find INC-2
      lena> /incident menu INC-2
      lena hears: sev1, open, restricted ... [Acknowledge]
