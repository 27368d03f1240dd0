# What is to be erased and is kept can be read by nobody meanwhile, but where a case still needs it.

09:00 maya> /incident open claims sev2 A claimant's name is in the title
      dev in thread INC-1> Anna Berg called about her claim
      dev> /evidence hold INC-1 2026-17 because The regulator asks
09:10 dev> /evidence erase INC-1 because A claimant is named in it
      henrik presses Approve on APR-1
      #claims: not erased yet: the words are kept by hold 1
      ledger: words.withheld x0
      lena> /evidence search claim
      lena hears: Anna Berg called
10:00 sofia> /incident withdraw INC-1 It was a test
      #claims: not erased yet: the words are kept by hold 1 ... Nobody can read them meanwhile: they show as erased
      ledger: words.withheld x1
      ledger: hold.refused x1
      card APR-1: Kept for now ... by hold 1 · nobody can read them since
      lena> /evidence search claim
      lena hears: Nothing that you can see has “claim” in it
      maya> /incident status INC-1
      maya hears: ⟨erased⟩
      maya does not hear: claimant's name
      maya> /incident timeline INC-1
      maya does not hear: claimant's name
# The hold ends: they go, on the first clock.
11:00 dev> /evidence release 1 because The matter is settled
      ines presses Approve on APR-2
      #claims: APR-1 is carried out
      ledger: words.erased x1
      duty APR-1 erase: met
