# Two people report the same step at the same moment, or one of them twice: the step after it is theirs as well, and nobody has done that.

09:00 maya> /rollback propose credit from=v7 to=off "Scores drift" way=contain
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 no There is no older one
      dev> /rollback compare RBK-1 roll-back There is no older one
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 People can read them all
      dev> /rollback start RBK-1
      @dev: RBK-1 · step 1 of 2 ... /rollback done RBK-1 step=1 ... [Step done]
      lena looks at RBK-1
09:05 dev presses Step done on RBK-1
      dev hears: step 1 of 2 is done; Dev or Lena does step 2 of 2
      lena presses Step done on RBK-1 as seen
      lena hears: Nothing is to be done: step 1 of RBK-1 is done already (Dev, 09:05). Now it is step 2, “Say so to whoever waits”.
      dev> /rollback done RBK-1
      dev hears: Name the step: /rollback done RBK-1 step=2 … is for “Say so to whoever waits”. An earlier one was yours as well.
      ledger: rollback.step-done x1
      card RBK-1: Step 2 · open
# The button of a reminder is of the step that it reminds of.
09:35 @arjun: RBK-1 · step (“Say so to whoever waits”) is late ... contain from v7 to off ... [Step done]
      arjun presses Step done in a message
      arjun hears: step 2 of 2 is done
      ledger: rollback.step-done x2
