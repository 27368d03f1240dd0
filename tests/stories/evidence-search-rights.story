# Where the policy names roles for it, they alone search, and find what was edited or deleted since, too. Who was turned away is an entry.

09:00 the policy says: take_over = ["command", "governance"] => take_over = ["command", "governance"]\nsearch_evidence = ["chief-risk"]
      the operator reloads
      sofia> the swordfish is red
      sofia edits: the trout is red
      jonas> the halibut is blue
      jonas deletes the message
      dev> /evidence search swordfish
      dev hears: searching what is kept
      ledger: evidence.search-refused x1
      ledger: evidence.searched x0
      henrik> /evidence search swordfish
      henrik hears: “Sofia” ... edited since ... the swordfish is red
      henrik> /evidence search halibut
      henrik hears: “Jonas” ... deleted since ... the halibut is blue
      ledger: evidence.searched x2
