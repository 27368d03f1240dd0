# Abandoned on the way, by whoever authorises alone: what was done stands, and it came to nothing that was confirmed.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      dev> /rollback start RBK-1
      ravi> /rollback done RBK-1
      maya> /rollback withdraw RBK-1 It is the data
      maya hears: Ask Arjun, Sofia or Greta
      arjun> /rollback abandon RBK-1 The fault is in the data
      arjun hears: abandoned after 1 of 2 steps
      #credit: RBK-1 is abandoned · Arjun
      card RBK-1: Step 1 · done
      case RBK-1: abandoned
      not #credit: Changes of credit are held
      dev> /rollback confirm RBK-1 recovered It works
      dev hears: RBK-1 is abandoned already
