# An erasure waits for the time for which a case is kept, on its first clock; a class that becomes shorter changes nothing of that.

09:00 maya> /incident open credit sev4 Decline rate doubled
      sofia> /incident withdraw INC-1 It was a test
      dev> /evidence erase INC-1 because A customer is named in it
      henrik presses Approve on APR-1
      #claims: not erased yet: the words are kept by the time for which 1 closed case is kept, until Thu 7 Jan 2027 09:00
      duty APR-1 erase: owed, due Mon 21 Dec 09:00, holders greta
# Nobody reads them until then.
      ledger: words.withheld x1
      ledger: words.erased x0
      maya> /evidence search Decline
      maya hears: Nothing that you can see has “Decline” in it
      henrik> /approval carry-out APR-1
      henrik hears: The words are kept by the retention of one closed case, until 2027-01-07 09:00 UTC
      the policy says: days = 45 => days = 5
2026-12-01 09:00 dev> /sla mine
      ledger: words.erased x0
2026-12-22 09:00 dev> /sla mine
      duty APR-1 erase: late
      ledger: words.erased x0
2027-01-07 09:00 #claims: APR-1 is carried out
      duty APR-1 erase: met-late
      ledger: words.erased x1
