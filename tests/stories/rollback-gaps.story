# What a drill shows to be missing is somebody's to close by a day, also once the drill is over. The same failure is tried again only when
# that is done.

09:00 maya> /rollback drill credit from=v7 to=v6 "Quarterly drill"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 Go ahead
      dev> /rollback start RBK-1
      dev> /rollback gap RBK-1 @ravi 2d Nobody could reach the console
      dev hears: gap 1: Ravi closes it by Wed 25 Nov 09:00
      #credit: DRILL · RBK-1 · gap 1: @ravi closes it by Wed 25 Nov 09:00 · found by Dev
      @ravi: DRILL · RBK-1 · gap 1
      ravi> /rollback done RBK-1
      greta> /rollback agree-point RBK-1 The copy is checked
      dev> /rollback done RBK-1
      dev> /rollback in-flight RBK-1 stopped Nothing was
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes Nothing leads back
      dev> /rollback confirm RBK-1 recovered As planned
      case RBK-1: confirmed
      duty RBK-1 close-gap: owed, due Wed 25 Nov 09:00, holders ravi
      dev> /rollback again RBK-1 yes Twenty minutes
      dev hears: Close what was found missing first: /rollback gap-closed RBK-1 1
      jonas> /rollback gap-closed RBK-1 1 Somebody did
      jonas hears: Ask Arjun, Sofia or Greta
      ledger: rollback.gap-closed x0
Tue 09:00 ravi> /rollback gap-closed RBK-1 1 There is a second way in
      ravi hears: gap 1 is closed
      dev> /rollback again RBK-1 yes Back on v6 within 20 min
      dev hears: the same failure was tried again, and it held
      card RBK-1: Gaps: 1. “Nobody could reach the console” (Ravi, closed) ... Tried again: it held
