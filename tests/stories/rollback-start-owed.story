# Once it is authorised and every party goes along, whoever runs it owes the start; nobody who can't start it is asked. A start that
# doesn't come is late like everything else.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Too slow
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      not card RBK-1: start by
      arjun> /rollback authorise RBK-1 v6 is known to be good
      arjun hears: authorised; Dev or Lena starts it by 09:30: /rollback start RBK-1
      duty RBK-1 start-rollback: owed, due 09:30, holders dev lena
      @lena: RBK-1 · start by 09:30 ... It is authorised, and no party is against it ... [Start]
      @maya: RBK-1 is authorised · Arjun
      not @maya: start by
      card RBK-1: Next: start by 09:30
09:31 card RBK-1: start late
      dev> /rollback start RBK-1
      duty RBK-1 start-rollback: met-late
      ledger: duty.late x1
