# Words are erased by an approval like any other: somebody else looks at what it takes, and a clock runs from the request on.

09:00 maya> /incident open claims sev2 A claimant's name is in the title
      dev in thread INC-1> Anna Berg called about her claim
      dev> /evidence preview INC-1
      dev hears: Erasing all that was said in INC-1 would take ... /evidence erase INC-1 ... INC-1 to be closed
      ledger: approval.requested x0
09:05 dev> /evidence erase INC-1 because A claimant is named in it
      dev hears: requested; Henrik or Ines decides by Sat 28 Nov 09:05
      @henrik: APR-1 · Dev asks chief-risk to decide by
      duty APR-1 erase: owed, due Mon 21 Dec 09:05, holders greta
      card APR-1: Erasure of ... erase the words of ... All that was said in INC-1: ... Why: “A claimant is named in it”
# Whoever asks doesn't decide, and nobody decides for them.
      dev presses Approve on APR-1
      dev hears: You asked for this yourself, so somebody else decides
      priya> /approval approve APR-1
      priya hears: the decision on APR-1 is for chief-risk
      dev> /approval amend APR-1 erase everything
      dev hears: is about what becomes of records: that can't be amended
09:10 dev> /approval carry-out APR-1
      dev hears: nothing is erased that isn't approved
      henrik presses Approve on APR-1
      case APR-1: approved
# What is said in an open case is still needed there.
      #claims: not erased yet: the words are kept by INC-1, still open ... due by Mon 21 Dec 09:05 all the same
      duty APR-1 erase: owed
      ledger: words.erased x0
      ledger: words.withheld x0
      henrik> /approval carry-out APR-1
      henrik hears: the bot looks at it now
10:00 sofia> /incident withdraw INC-1 It was a test
      case INC-1: withdrawn
      #claims: APR-1 is carried out ... have no words any more
      duty APR-1 erase: met
      ledger: words.erased x1
      ledger: approval.carried-out x1
      maya> /incident status INC-1
      maya hears: ⟨erased⟩
      maya does not hear: claimant's name
      maya> /incident timeline INC-1
      maya does not hear: claimant's name
      henrik> /approval carry-out APR-1
      henrik hears: was carried out
