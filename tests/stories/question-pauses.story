# An approver asks the requester: the approvers' clock stands still, and the requester is the one who is nudged.

09:00 maya> /approval request credit Ship v7
09:30 ravi> /approval ask APR-1 why
      ravi hears: the decision on APR-1 is for model-risk
      priya> /approval ask APR-1 Which data was it tested on?
      priya hears: Maya is asked; your clock is paused meanwhile
      #credit: APR-1 · answer by 11:30, @maya: Priya asks ... Which data was it tested on? ... The approvers’ clock is paused
      @maya: APR-1 · answer by 11:30, @maya: Priya asks ... [Answer]
      duty APR-1 decide: paused
      duty APR-1 answer-question: owed, due 11:30, holders maya
      card APR-1: Priya asks Maya: “Which data was it tested on?”
      tomas> /approval ask APR-1 And who tested it?
      tomas hears: Wait for the answer: APR-1 has an open question to the requester already.
10:00 not @tomas: is due
      not @maya: is due
      jonas> /approval answer APR-1 October
      jonas hears: Only Maya can do that on APR-1
10:06 maya presses Answer in a message
      maya hears: form approval.answer:APR-1
      maya submits: text = The hold-out set of October
      maya hears: your answer is with Priya
      @priya: APR-1 · decide now, ... Maya answered the question ... The hold-out set of October
      @tomas: APR-1 · decide now, ... Maya answered the question
      duty APR-1 decide: owed, due 11:36, paused 36 min
      duty APR-1 answer-question: met
      maya> /approval answer APR-1 again
      maya hears: Nobody has asked a question on APR-1.
# Half of two hours, the pause left out.
10:35 not @tomas: is due
10:36 @tomas: APR-1 · decision is due at 11:36, 1 h left
# The cap on pauses ends the second one by itself; the requester still owes the answer, and is late for it alone.
10:40 tomas> /approval ask APR-1 And who tested it?
      duty APR-1 decide: paused
11:04 @tomas: APR-1 · decision is due at 12:00: the clock runs again
      duty APR-1 decide: owed, due 12:00, paused 1 h
      duty APR-1 answer-question: owed, due 12:40
11:40 @maya: APR-1 · answer to the question is due at 12:40
      not @tomas: answer to the question
12:40 @maya: APR-1 · answer to the question is late
      duty APR-1 answer-question: late, attributed requester
      duty APR-1 decide: late, attributed risk
