# More exceptions come than are ruled on, in the last hour and the last six: before anybody is late, one incident about the queue is
# opened, with its figures and the people whom it waits for. It has recovered only when that has held, and says so.

09:00 maya> /exception raise credit late-report First
09:05 jonas> /exception raise credit waiting Second
09:10 maya> /exception raise credit waiting Third
      not #credit: INC-1
09:15 jonas> /exception raise credit waiting Fourth
      #credit: INC-1 · acknowledge by ... · sev3 on credit: “Exceptions on credit are slow” ... 4 wait, the oldest since 2026-11-23 09:00 UTC. In the last 1 h, 4 came and 0 left; in the last 6 h, 4 and 0. At this rate it is never empty, and the first deadline is missed at 2026-11-23 10:00 UTC. Who answers: triage: Dev or Lena
      card INC-1: Class: control.latency_breach
      nobody is told: is late
# One incident about it, however many more come.
09:16 jonas> /exception raise credit waiting Fifth
      not #credit: INC-2
      ledger: incident.opened x1
09:20 dev> /exception triage EXC-1
      dev> /exception triage EXC-2
      dev> /exception triage EXC-3
      dev> /exception triage EXC-4
      dev> /exception triage EXC-5
09:30 arjun> /exception refuse EXC-2 Not needed
      arjun> /exception refuse EXC-3 Not needed
      ledger: queue.eased x1
      nobody is told: has recovered
10:00 sofia> /exception refuse EXC-4 Not needed
      sofia> /exception refuse EXC-5 Not needed
      sofia> /exception refuse EXC-1 Not needed
10:29 not #credit: has recovered
10:30 #credit: INC-1 ... The queue has recovered, and that has held: 0 wait.
      case INC-1: open
      ledger: queue.recovered x1
