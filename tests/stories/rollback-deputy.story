# Whoever stands in for somebody who authorises does so in their seat, and not where they proposed it themselves.

09:00 arjun> /approval delegate @maya until friday 17:00 Holiday
      sofia> /approval away until friday 17:00 Holiday
      greta> /approval away until friday 17:00 Holiday
      jonas> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      maya> /rollback authorise RBK-1 v6 is known to be good
      card RBK-1: Authorised: 09:00, Maya for Arjun
      maya> /rollback propose credit from=v7 to=v6 "Scores drift again"
      dev> /rollback tick RBK-2 1 yes
      dev> /rollback tick RBK-2 2 yes
      dev> /rollback compare RBK-2 contain Too slow
      maya> /rollback authorise RBK-2 It is urgent
      maya does not hear: authorised;
      case RBK-2: proposed
