# Whoever leads for longer than the policy allows is asked to hand over, once; handing over answers it.

09:00 maya> /incident open credit sev2 Wrong limits
      arjun> /incident role INC-1 lead
20:59 not #credit: has had the lead seat
21:00 #credit: INC-1 · @arjun has had the lead seat since 09:00: hand it over by 22:00
      @arjun: INC-1 · @arjun has had the lead seat
      duty INC-1 hand-over-lead: owed, due 22:00, holders arjun
      ledger: ownership.relief-asked x1
21:10 arjun> /handoff offer INC-1 to @sofia
      sofia> /handoff accept HOF-1 first=INC-1
      duty INC-1 hand-over-lead: met
      card INC-1: Lead: Sofia
Tue 08:00 not #credit: has had the lead seat
      ledger: ownership.relief-asked x1
Tue 09:10 #credit: INC-1 · @sofia has had the lead seat since Mon 23 Nov 21:10
      sofia> /incident role INC-1 lead @arjun
      duty INC-1 hand-over-lead: met
