# A party that says no-go once it is authorised: whoever authorises says what becomes of it, and nobody is asked to start it. Another of
# the same party takes the no back with a reason only.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 v6 is known to be good
      duty RBK-1 start-rollback: owed
09:10 ravi> /rollback no-go RBK-1 The month-end run is on
      duty RBK-1 start-rollback: void
      duty RBK-1 answer-no-go: owed, due 09:30, holders arjun sofia greta
      @sofia: RBK-1 · answer to the no-go by 09:30 ... /rollback withdraw RBK-1 ... [Abandon]
      card RBK-1: Next: answer to the no-go by 09:30
      not card RBK-1: [Start]
      dev> /rollback start RBK-1
      dev hears: engineering says no-go
      case RBK-1: authorised
      elena> /rollback go RBK-1
      elena hears: Say why it goes along now ... Ravi said no-go for engineering, “The month-end run is on”
      duty RBK-1 answer-no-go: owed
09:20 elena> /rollback go RBK-1 The run is through
      elena hears: every party says go
      duty RBK-1 answer-no-go: void
      duty RBK-1 start-rollback: owed, due 09:50
      @dev: RBK-1 · start by 09:50 ... /rollback start RBK-1 ... [Start]
      ravi> /rollback no-go RBK-1 It began anew
      sofia> /rollback withdraw RBK-1 We wait for the run
      sofia hears: abandoned; nothing was altered
      case RBK-1: abandoned
