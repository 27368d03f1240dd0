# A legal hold counts at once and beats every erasure; it ends by somebody else's approval alone, and what waited goes then.

09:00 maya> /incident open claims sev2 Decline rate doubled
      sofia> /incident withdraw INC-1 It was a test
      dev> /evidence hold INC-1 2026-17 because The regulator asks
      dev hears: Hold 1 is over INC-1
      #claims: Hold 1 is over INC-1 · Dev ... 2026-17: “The regulator asks”
      ledger: hold.placed x1
      dev> /evidence hold INC-1 2026-17 because The regulator asks again
      dev hears: Hold 1 is over INC-1 for “2026-17” already
09:10 maya> /evidence erase INC-1 because I want it gone
      maya hears: They are kept for now by hold 1
      henrik> /approval approve APR-1
      #claims: not erased yet: the words are kept by hold 1 ... Nobody can read them meanwhile
      ledger: hold.refused x1
      ledger: words.withheld x1
      ledger: words.erased x0
      maya> /approval carry-out APR-1
      maya hears: The words are kept by hold 1
      maya> /evidence holds
      maya hears: 1 hold ... over INC-1 · for 2026-17 · Dev
# Silence ends no hold, and nobody ends one alone.
09:20 dev> /evidence release 1 because The matter is settled
      dev hears: requested; Henrik or Ines decides by
      dev presses Approve on APR-2
      dev hears: You asked for this yourself, so somebody else decides
      ledger: hold.released x0
09:30 dev> /evidence release 9 because The matter is settled
      dev hears: There is no hold 9
2026-11-25 09:00 ines> /sla mine
      ledger: hold.released x0
      ines presses Approve on APR-2
      case APR-2: approved
      #claims: APR-1 is carried out
      ledger: hold.released x1
      ledger: words.erased x1
      duty APR-1 erase: met
