# Whoever raised it takes it back before anybody rules; nobody else may but who may waive duties.

09:00 maya> /exception raise credit late-report The report comes late
      jonas> /exception withdraw EXC-1 No need
      jonas hears: withdrawing somebody else's exception is for governance
      case EXC-1: raised
      maya> /exception close EXC-1 No need
      maya hears: End it with /exception withdraw EXC-1 why
      maya> /exception withdraw EXC-1 It came after all
      case EXC-1: withdrawn
      duty EXC-1 triage-exception: void
10:00 nobody is told: is late
