# Until it is accepted its giver holds everything. Then it moves at one moment, and no clock moves with it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
      duty INC-1 resolve: owed, due 19:00
09:10 arjun> /handoff offer INC-1 to @lena
      arjun hears: offered: Lena answers by 11:10. Until then you hold everything
      #credit: HOF-1 · Arjun hands over: “INC-1” · answer by 11:10
      @lena: HOF-1 · Arjun hands over: “INC-1”
      card HOF-1: 1. INC-1
      lena presses Read the brief on HOF-1
      lena hears: resolution by 19:00 · Arjun or Sofia · not answered by 19:30, it goes to command ... watch · INC-1 “Wrong limits” · sev2, open · handed over: lead ... acknowledgement by 10:00
      card HOF-1: To know: 1. “where the limits are set” ... And: 2. “whom the vendor calls at night”
      duty HOF-1 accept-handoff: owed, due 11:10
      case HOF-1: offered
      not card INC-1: Lead: Lena
      ledger: case.handed-over x0
      lena> /handoff accept HOF-1
      lena hears: Say back on which case a clock runs out first and which role hears next
      case HOF-1: offered
09:20 lena> /handoff accept HOF-1 first=INC-1 next=command
      lena hears: it is yours from now on, with its clocks running. Arjun stays reachable until 09:50
      #credit: HOF-1 · at 09:20 @lena took over from Arjun
      #credit: INC-1 · Lena took over lead and 1 open answer from Arjun · HOF-1
      @maya: HOF-1 · at 09:20 @lena took over
      #credit: HOF-1 · Lena said it back, and it is so
      case HOF-1: accepted
      duty INC-1 resolve: owed, due 19:00
      duty HOF-1 stay-reachable: owed, due 09:50
      ledger: duty.handed-over x1
09:30 arjun> /handoff confirm HOF-1
      arjun hears: confirmed: the handoff is complete
      duty HOF-1 stay-reachable: met
      lena> /incident resolve INC-1 Limits are right again
      case INC-1: resolved
