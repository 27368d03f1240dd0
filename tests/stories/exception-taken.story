# Taking one is shown, ends by itself and can be taken over; its clock goes on all the while.

09:00 maya> /exception raise credit late-report The report comes late
09:10 dev> /exception take EXC-1
      dev hears: it is yours until 10:10. Its clock goes on: triage by 10:00
      #credit: EXC-1 · Dev has it in hand until 10:10
      card EXC-1: In hand: Dev until 10:10
      duty EXC-1 triage-exception: owed, due 10:00
      arjun> /exception take EXC-1
      arjun hears: Ask Dev or Lena
      lena> /exception hand-back EXC-1
      lena hears: Dev has it. /exception take EXC-1 takes it over.
09:20 lena> /exception take EXC-1
      lena hears: it is yours, taken over from Dev until 10:20
      @dev: EXC-1 · Lena has it in hand until 10:20 · taken over from Dev
      card EXC-1: In hand: Lena
09:30 lena> /exception hand-back EXC-1 called away
      #credit: EXC-1 · free again: Lena handed it back ... “called away”
      not card EXC-1: In hand: Lena
09:40 dev> /exception take EXC-1
# Being taken keeps nobody from being reminded, and nothing from being late.
09:48 @dev: EXC-1 · triage is due at 10:00
10:00 #credit: EXC-1 · triage is late
      duty EXC-1 triage-exception: late, due 10:00
10:39 not #credit: free again
10:40 #credit: EXC-1 · free again: the time for which Dev had taken it has passed
      not card EXC-1: In hand
      ledger: exception.lease-ended x1
