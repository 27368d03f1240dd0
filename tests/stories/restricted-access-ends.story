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
      #inc-1: INC-1 · Maya took Jonas’s invitation back
      jonas does not see #inc-1
      jonas> /incident timeline INC-1
      jonas hears: I can't find INC-1.
      maya> /incident uninvite INC-1 @jonas
      maya hears: Jonas was not invited to INC-1.
      maya> /incident uninvite INC-1 @dev
      maya hears: Dev was not invited to INC-1; they still see it: they opened it, have a seat in it, or are asked by one of its duties
      maya> /incident invite INC-1 @dev
      maya> /incident uninvite INC-1 @dev
      maya hears: the invitation of Dev is taken back; they still see it
# On one that is for everybody an invitation keeps nobody out.
      maya> /incident open credit sev4 Nothing much
      maya> /incident invite INC-2 @priya
      maya> /incident uninvite INC-2 @priya
      maya hears: the invitation of Priya is taken back; everybody in its channels sees it
