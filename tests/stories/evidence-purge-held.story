# A hold that is placed while a purge waits for its approval wins.

09:00 maya> /incident open claims sev4 Decline rate doubled
      sofia> /incident withdraw INC-1 It was a test
2026-12-23 09:00 #claims: 1 closed case has to be kept until
2027-01-23 09:00 dev> /evidence purge because Their time is over
      dev hears: requested; Henrik or Ines decides by
      dev> /evidence hold claims 2027-3 because An inquiry begins
      henrik presses Approve on APR-1
      #claims: not erased yet: the words are kept by hold 1
      ledger: hold.refused x1
      ledger: words.erased x0
# Nobody asked that they can't be read.
      ledger: words.withheld x0
# What is held is asked for by no later purge.
      dev> /evidence purge because Their time is over
      dev hears: No case's time is over that stands on a calendar
      dev> /evidence calendar
      dev hears: INC-1 (files, Fri 22 Jan 09:00, hold 1)
