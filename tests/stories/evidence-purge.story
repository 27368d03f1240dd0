# What need not be kept any longer stands on a calendar first, and goes by somebody else's approval alone.

09:00 maya> /incident open claims sev4 Decline rate doubled
      dev in thread INC-1> Anna Berg called about her claim
      sofia> /incident withdraw INC-1 It was a test
      ledger: case.retained x1
      dev> /evidence calendar
      dev hears: No closed case’s time ends within 30 days
      dev> /evidence purge because Their time is over
      dev hears: No case's time is over that stands on a calendar
      ledger: approval.requested x0
2026-12-23 09:00 #claims: 1 closed case has to be kept until ... INC-1 · class files · until Fri 22 Jan 2027 ... /evidence purge
      ledger: retention.calendar x1
2026-12-24 09:00 dev> /evidence calendar
      dev hears: INC-1 (files, Fri 22 Jan 2027
# Before its time is over nothing goes.
      dev> /evidence purge because Their time is nearly over
      dev hears: No case's time is over that stands on a calendar
2027-01-23 09:00 dev> /evidence calendar
      dev hears: INC-1 (files, Fri 22 Jan 09:00) ... /evidence purge
      dev> /evidence purge because Their time is over
      dev hears: requested; Henrik or Ines decides by
      card APR-1: Purge of one case ... All that was said in INC-1, whose time is over
      dev presses Approve on APR-1
      dev hears: You asked for this yourself, so somebody else decides
      ledger: words.erased x0
      henrik presses Approve on APR-1
      #claims: APR-1 is carried out
      ledger: words.erased x1
      maya> /incident timeline INC-1
      maya does not hear: Anna Berg
      dev> /evidence calendar
      dev hears: No closed case’s time ends within 30 days
