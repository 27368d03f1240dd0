# It gets better for a while and worse again before that has held: nothing has recovered.

09:00 maya> /exception raise credit waiting First
      jonas> /exception raise credit waiting Second
      maya> /exception raise credit waiting Third
      jonas> /exception raise credit waiting Fourth
      #credit: INC-1
09:10 maya> /exception withdraw EXC-1 No need
      ledger: queue.eased x1
09:20 maya> /exception raise credit waiting Fifth
      #credit: INC-1 ... The queue gets worse again: 4 wait
      ledger: queue.relapsed x1
10:10 nobody is told: has recovered
      ledger: queue.recovered x0
# Resolved, it is judged afresh: what came before opens no second one.
      arjun> /incident resolve INC-1 Two more people
      jonas> /exception withdraw EXC-2 No need
11:30 not #credit: INC-2
