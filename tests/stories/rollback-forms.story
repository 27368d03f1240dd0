# Everything goes by form as well; what is missing in a line is asked for by one.

09:00 maya> /rollback propose credit
      maya hears: form rollback.propose: workflow=credit
      maya submits: from = v7; to = v6; title = Scores drift
      maya hears: proposed
      case RBK-1: proposed
      maya> /rollback propose credit from=v7 to=v7 "Nothing changes"
      maya hears: Name two versions
      not #credit: RBK-2
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      arjun presses Authorise on RBK-1
      arjun hears: form rollback.authorise:RBK-1
      arjun submits: reason = v6 is known to be good
      arjun hears: authorised
      case RBK-1: authorised
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=many A list
      dev hears: “many” is not a number of decisions
