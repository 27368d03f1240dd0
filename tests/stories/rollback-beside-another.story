# Two of the same workflow: whoever proposes the second hears of the first, and one alone runs at a time. A drill holds nobody up.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      sofia> /rollback propose credit from=v7 to=v5 "Scores drift"
      sofia hears: proposed; Arjun or Greta authorises by 09:20. Public: everybody in the workflow's channels sees it. RBK-1 is under way on credit already
      dev> /rollback start RBK-1
      dev> /rollback tick RBK-2 1 yes
      dev> /rollback tick RBK-2 2 yes
      dev> /rollback compare RBK-2 contain Too slow
      jonas> /rollback go RBK-2
      ravi> /rollback go RBK-2
      arjun> /rollback authorise RBK-2 v5 is better known
09:10 dev> /rollback start RBK-2
      dev hears: Bring RBK-1 to its end first, or end it with /rollback withdraw RBK-1 why: it is running on credit
      case RBK-2: authorised
      arjun> /rollback withdraw RBK-1 v5 is better
      dev> /rollback start RBK-2
      case RBK-2: running
      maya> /rollback drill credit from=v7 to=v6 "The yearly drill"
      maya does not hear: under way
