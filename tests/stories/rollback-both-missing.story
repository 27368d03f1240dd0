# What is missing before it can be authorised is said where that is asked for, and all of it at once.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      @arjun: RBK-1 · authorise by 09:20 ... First look at 2 criteria, /rollback tick RBK-1 1 yes; compare contain, /rollback compare RBK-1 contain …
      arjun> /rollback authorise RBK-1 It is urgent
      arjun hears: Look at every criterion first, /rollback tick RBK-1 1 yes, and compare the other ways out, /rollback compare RBK-1 contain why not. Nobody has looked at no. 1, “wrong decisions reach customers”, or compared contain
      case RBK-1: proposed
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 no It was never tested
      dev> /rollback compare RBK-1 contain Too slow
09:05 arjun> /rollback authorise RBK-1 There is no other
      arjun hears: authorised although criterion 2 isn't met; it doesn't start
      #credit: RBK-1 is authorised · Arjun ... criterion 2 not met
      card RBK-1: 2. not met (Dev, 09:00) · “the older version is known to be good”: “It was never tested”
