# The same is excepted from again and again: whoever answers for the controls hears it once in the time, with the offer to change the
# policy instead.

09:00 maya> /exception raise credit late-report October's report
      maya> /exception withdraw EXC-1 It came
Tue 09:00 maya> /exception raise credit late-report November's report
      nobody is told: more than usual
      maya> /exception withdraw EXC-2 It came
Wed 09:00 jonas> /exception raise credit late-report December's report
      @greta: Exceptions of the class late-report on credit: 3 within 7 d, more than usual ... A change of the policy is asked for as an approval ... /approval request credit … [Request approval]
      #credit: Exceptions of the class late-report on credit: 3 within 7 d
      jonas> /exception withdraw EXC-3 It came
      greta presses Request approval in a message
      greta hears: form approval.request: workflow=credit
# Once in that time, and not of other classes.
Thu 09:00 maya> /exception raise credit late-report Another
      maya> /exception withdraw EXC-4 It came
      maya> /exception raise credit waiting Another
      not @greta: more than usual
      ledger: recurrence.noted x1
