# The way out may be another one: containing has steps of its own, and what it comes to is told apart from recovering.

09:00 maya> /rollback propose credit from=v7 to=off "Scores drift" way=contain
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 no There is no older one
      arjun> /rollback authorise RBK-1 People can read them all
      arjun hears: Compare it with the other ways out first: /rollback compare RBK-1 roll-back
      dev> /rollback compare RBK-1 roll-back There is no older one
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 People can read them all
      dev> /rollback start RBK-1
      dev hears: Dev or Lena does step 1 of 2
      #credit: RBK-1 · step 1 of 2 ... “Send every case to a person”
      not #credit: Route all traffic
      dev> /rollback done RBK-1
      dev> /rollback done RBK-1 step=2
      dev> /rollback in-flight RBK-1 left The night's batch, by decision of command
      maya> /rollback downstream RBK-1 yes Postings come later
      ravi> /rollback downstream RBK-1 yes Letters are held
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes The pipeline is off
      dev> /rollback confirm RBK-1 contained No more harm
      #credit: RBK-1 is confirmed: contained
      maya> /rollback list all
      maya hears: confirmed · live · contain · contained
      maya does not hear: recovered
