# What was no incident is withdrawn with a reason by whoever opened it, and nobody owes anything any more.

09:00 maya> /incident open credit sev2 Scores drift
      jonas> /incident withdraw INC-1 it was the load test
      jonas hears: withdrawing somebody else's incident is for command and governance
      maya in thread INC-1> @countersign withdraw
      maya hears: “reason” is missing
      case INC-1: open
      maya> /incident withdraw INC-1 it was the planned load test
      maya hears: withdrawn; nobody owes anything on it any more
      #credit: INC-1 is withdrawn · Maya ... it was the planned load test
      duty INC-1 acknowledge: void
      duty INC-1 resolve: void
      dev> /incident ack INC-1
      dev hears: INC-1 is withdrawn already (Maya, 09:00).
Tue 09:00 nobody is told: INC-1
      maya> /incident list
      maya hears: No incidents · open
      maya> /incident list all
      maya hears: INC-1
      ledger: duty.late x0
