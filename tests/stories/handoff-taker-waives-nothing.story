# Whoever took over doesn't waive the review of that, and nor does anybody who may not answer something.

09:00 maya> /incident open credit sev2 Wrong limits
      dev> /incident role INC-1 lead
      greta> /handoff take INC-1 Dev doesn't answer
      greta> /handoff take-review HOF-1 Fine
      greta hears: the review of the takeover on HOF-1
      greta> /handoff waive HOF-1 duty=review-take Fine
      greta hears: waiving the review of the takeover of HOF-1 is for somebody who may answer it, too
      duty HOF-1 review-take: owed
      ledger: duty.waived x0
      greta> /incident waive INC-1 duty=acknowledge Dev knows
      greta hears: the acknowledgement is waived
