# What somebody asks about a case is told as the card is: what waits for them, what they have done about it, and no button that is another's to press.

09:00 maya> /approval request credit Ship v7
      maya> /approval status APR-1
      maya hears: APR-1 · “Ship v7” ... You asked for this ... [Timeline]
      maya> /approval status APR-1
      maya does not hear: [Approve]
      priya> /approval status APR-1
      priya hears: Waiting on you: decision by 11:00 ... [Approve] [Decline] [Ask a question]
09:10 priya> /approval approve APR-1
      priya> /approval status APR-1
      priya hears: You approved at 09:10 ... [Take my approval back]
      priya> /approval status APR-1
      priya does not hear: [Approve]
      tomas> /approval status APR-1
      tomas hears: Waiting on you: decision by 11:00 ... [Approve]
      tomas> /approval approve APR-1
      priya> /approval status APR-1
      priya does not hear: [Approve]
