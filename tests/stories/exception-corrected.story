# No exception is made: what is wrong is put right by whoever asked, in a time of its own.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
09:10 sofia> /exception correct EXC-1 Run the report on the hold-out set
      sofia hears: no exception: Maya puts it right by Wed 25 Nov 09:10
      #credit: EXC-1 · no exception: to be corrected by Wed 25 Nov 09:10 · Sofia ... “Run the report on the hold-out set”
      @maya: EXC-1 · no exception
      case EXC-1: corrected
      card EXC-1: In force: no
      duty EXC-1 correct-exception: owed, holders maya
      jonas> /exception close EXC-1 It is done
      jonas hears: closing EXC-1 is for command and governance
Tue 09:10 @maya: EXC-1 · correction is due
      maya> /exception close EXC-1 It ran on the hold-out set
      #credit: EXC-1 is closed · Maya ... “It ran on the hold-out set”
      duty EXC-1 correct-exception: met
      case EXC-1: closed
      ledger: exception.granted x0
