# What is held is named: a slip of the fingers holds nothing, least of all the workflow of the channel.

09:00 arjun> /rollback freeze nowhere 1d The cause isn't known
      arjun hears: nowhere
      not #credit: Changes of credit are held
      ledger: release.frozen x0
      arjun> /rollback thaw nowhere It is known
      arjun hears: nowhere
      arjun> /rollback freeze credit 1d The cause isn't known
      #credit: Changes of credit are held until Tue 24 Nov 09:00
      maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      maya> /rollback abort RBK-1 Wrong one
      maya hears: abandoned; nothing was altered
