# Whoever searches finds what they may see, by case, the newest first; nothing tells them that there is more. That they searched is
# an entry before they are answered.

09:00 maya> /incident open credit sev2 Scores drift
      ravi in thread INC-1> the vendor agreed to roll back
      dev> /incident note INC-1 the vendor's bill is late
      jonas> a vendor came by for lunch
09:05 dev> /evidence search vendor
      dev hears: 3 found for “vendor”
      dev hears: Of no case ... “Jonas” ... a vendor came by for lunch
      dev hears: INC-1 ... “Scores drift”
      dev hears: case.noted ... the vendor's bill is late
      dev hears: “Ravi” ... the vendor agreed to roll back
      ledger: evidence.searched x1
# All of the words, as people type them; every word that begins so; in one case, by one person.
      lena> /evidence search in=INC-1 from=@ravi VENDOR agre*
      lena hears: 1 found for “VENDOR agre*”
      lena hears: the vendor agreed to roll back
      ledger: evidence.searched x2
# Whatever is typed is words.
      lena> /evidence search "NEAR(vendor OR *)" text:lunch
      lena hears: Nothing that you can see has
      lena> /evidence search ***
      lena hears: There is no word in it that could be searched for.
      ledger: evidence.searched x3
# What was deleted isn't there any more, nor what was edited away.
      sofia> the swordfish is red
      sofia edits: the trout is red
      lena> /evidence search swordfish
      lena hears: Nothing that you can see has “swordfish” in it
      lena> /evidence search trout
      lena hears: 1 found for “trout”
# Somebody's direct messages are theirs, and a restricted case is its own people's.
09:10 elena dm> does anybody know the halibut
      lena> /evidence search halibut
      lena hears: Nothing that you can see has “halibut” in it
      elena> /evidence search halibut
      elena hears: 1 found for “halibut”
      maya> /incident open credit sev2 Salaries leaked restricted=yes
      #inc-2: INC-2 · acknowledge by
      maya in #inc-2> the file had all salaries
      jonas> /evidence search salaries
      jonas hears: Nothing that you can see has “salaries” in it
      jonas> /evidence search in=INC-2 salaries
      jonas hears: I can't find INC-2
      maya> /evidence search salaries
      maya hears: 2 found for “salaries”
      maya hears: INC-2 ... “Salaries leaked”
      jonas does not see #inc-2
