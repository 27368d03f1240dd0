# A freeze is looked at when somebody approves, not when they asked: a promotion that was asked for before it is held all the same,
# until it ends, somebody ends it, or lets that one through by a decision of its own. Going back stays possible.

09:00 arjun> /rollback freeze claims until 12:00 The cause isn't known
      arjun hears: Changes of claims are held until 12:00; going back stays possible
      #claims: Changes of claims are held until 12:00 · Arjun ... “The cause isn't known”
      maya> /rollback thaw claims I want to go on
      maya hears: Ask Arjun, Sofia or Greta
      not #claims: possible again
      maya> /rollback propose claims from=v2 to=v1 "Claims are lost"
      maya hears: proposed
10:00 greta> /rollback thaw claims The cause is known
      #claims: Changes of claims are possible again · Greta
      greta> /rollback thaw claims Once more
      greta hears: aren't held now
      sofia> /rollback freeze claims until 11:00 Again
11:00 #claims: Changes of claims are possible again · the time of the freeze is over
      ledger: release.frozen x2
