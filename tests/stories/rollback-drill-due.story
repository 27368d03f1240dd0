# The bot says that a drill is due, and somebody owes it from then on. It is due once, and not again while it waits.

09:00 maya> /rollback list
2027-02-20 09:00 not #credit: a drill of credit is due
2027-02-21 09:00 #credit: DRILL · RBK-1 · a drill of credit is due: hold it by Sun 28 Feb 09:00 ... it is the first one ... /rollback plan RBK-1
      @dev: DRILL · RBK-1 · a drill of credit is due
      case RBK-1: due
      duty RBK-1 hold-drill: owed, due Sun 28 Feb 09:00, holders dev lena
      dev> /rollback tick RBK-1 1 yes
      dev hears: Say first what is drilled: /rollback plan RBK-1
      arjun> /rollback start RBK-1
      arjun hears: Say first what is drilled
2027-02-22 09:00 dev> /rollback plan RBK-1 from=v7 to=v6 scenario="scores drift" announced
      dev hears: planned; Arjun, Sofia or Greta authorises by 09:20
      #credit: DRILL · RBK-1 · authorise by 09:20
      case RBK-1: proposed
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 Go ahead
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
      greta> /rollback agree-point RBK-1 The copy is checked
      dev> /rollback done RBK-1
      dev> /rollback in-flight RBK-1 stopped Nothing was
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes Nothing leads back
      dev> /rollback confirm RBK-1 recovered As planned
      duty RBK-1 hold-drill: met
      ledger: release.drill-due x1
