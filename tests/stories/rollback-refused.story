# Refused, with a reason, by somebody who authorises; whoever proposed it hears why, and it can't be started.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      ravi> /rollback deny RBK-1 It is the data
      ravi hears: Ask Arjun, Sofia or Greta
      arjun> /rollback deny RBK-1 The fault is in the data
      arjun hears: refused; Maya hears why
      @maya: RBK-1 is refused · Arjun
      case RBK-1: refused
      dev> /rollback start RBK-1
      dev hears: RBK-1 is refused already
      not #credit: running
