# Whoever sees a restricted incident sees it for a reason, and no longer than the reason lasts.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      jonas> /incident uninvite INC-1 @maya
      jonas hears: I can't find INC-1.
# A deputy sees it while they stand in.
      dev> /approval delegate @jonas until 12:00 At the dentist
      jonas sees #inc-1
      jonas> /incident ack INC-1
      case INC-1: acknowledged
12:01 jonas does not see #inc-1
      jonas> /incident status INC-1
      jonas hears: I can't find INC-1.
# Who was let in by name can be let out again; who has another reason is told of it.
      maya> /incident invite INC-1 @jonas
      jonas sees #inc-1
      maya> /incident uninvite INC-1 @jonas
      maya hears: Jonas can't see it any more
      #inc-1: “Jonas is let in no more”
      jonas does not see #inc-1
      jonas> /incident timeline INC-1
      jonas hears: I can't find INC-1.
      maya> /incident uninvite INC-1 @jonas
      maya hears: Jonas was not let in to INC-1 by name.
      maya> /incident uninvite INC-1 @dev
      maya hears: Dev was not let in to INC-1 by name; they see it because they opened it, have a seat in it or are asked by it
      maya> /incident invite INC-1 @dev
      maya> /incident uninvite INC-1 @dev
      maya hears: Dev sees it still, as a seat in it or what it asks of them lets them
