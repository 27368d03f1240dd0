# A duplicate is merged: its duties are void, nobody is nudged for it, and it says where it goes on.

09:00 maya> /incident open credit sev2 Scores drift
      jonas> /incident open credit sev2 Scores look odd
      lena> /incident merge INC-2 into INC-1
      lena hears: merging this incident is for command and governance
      case INC-2: open
      jonas> /incident merge INC-2 into INC-2
      jonas hears: INC-2 can't be merged into itself
      jonas> /incident merge INC-2 into INC-7
      jonas hears: I can't find INC-7
      case INC-2: open
      jonas> /incident merge INC-2 into INC-1
      jonas hears: merged; it goes on in INC-1
      #credit: INC-2 is merged · Jonas ... it goes on in INC-1
      #credit: INC-2 turned out to be the same and was merged into INC-1
      case INC-2: merged
      duty INC-2 acknowledge: void
      dev> /incident ack INC-2
      dev hears: INC-2 is merged already (Jonas, 09:00). Type the command with INC-1: it goes on there
09:30 @dev: INC-1 · acknowledgement is due
      not @dev: INC-2 · acknowledgement
      dev> /incident reopen INC-2 no
      dev hears: Type the command with INC-1: it goes on there
19:00 nobody is told: INC-2
