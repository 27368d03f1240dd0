# Lead, communications and scribe are seats: an empty one is nagged about, they are claimed by button, handed over, and the history is kept.

09:00 maya> /incident open credit sev1 Cards are blocked
      duty INC-1 fill-seat (lead): owed, due 09:40
      duty INC-1 fill-seat (scribe): owed, due 09:40
09:10 lena> /incident ack INC-1
09:20 @arjun: INC-1 · 3 answers are owed ... Taking a seat (lead) is due at 09:40 ... Taking a seat (scribe) is due at 09:40
      not @maya: INC-1
09:25 arjun presses Take lead on INC-1
      arjun hears: the lead seat is yours
      #credit: INC-1 · Arjun has the lead seat
      card INC-1: Lead: Arjun
      duty INC-1 fill-seat (lead): met
      duty INC-1 fill-seat (scribe): owed
09:32 @arjun: INC-1 · 2 answers are owed ... Taking a seat (comms) ... Taking a seat (scribe)
      not @arjun: (lead
      sofia> /incident role INC-1 lead
      sofia hears: the lead seat is yours
      jonas> /incident role INC-1 lead
      jonas hears: changing the lead seat of INC-1 is for whoever sits in it, and for the lead
      card INC-1: Lead: Sofia
      sofia> /incident role INC-1 lead @dev
      sofia hears: Dev has the lead seat now
      @dev: INC-1 · Dev has the lead seat ... Sofia gave it to @dev
      dev> /incident role INC-1 comms @jonas
      dev> /incident assign INC-1 scribe maya
      card INC-1: Comms: Jonas ... Scribe: Maya
09:40 nobody is told: taking a seat ... is late
      dev> /incident role INC-1 lead none
      #credit: INC-1 · the lead seat is empty ... Dev left it
      duty INC-1 fill-seat (lead) #2: owed, due 10:20
      ledger: incident.seat-taken x5
      dev> /incident timeline INC-1
      dev hears: Arjun took the lead seat ... Sofia took the lead seat ... Sofia gave Dev the lead seat ... Dev left the lead seat
