# The bot is down when a freeze ends: nothing is held any more, and it says so once it is back.

09:00 greta> /rollback freeze claims until 10:00 The cause isn't known
09:30 the bot stops
12:00 the bot is back
      #claims x1: Changes of claims are possible again · the time of the freeze is over
      greta> /rollback thaw claims Once more
      greta hears: aren't held now
      ledger: release.thawed x1
