# Somebody with the right to do so lets a duty go, with a reason; it is no longer nudged and shows as waived.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident waive INC-1 duty=resolve Nobody is touched
      dev hears: Ask Greta: waiving a duty is for governance.
      greta> /incident waive INC-1 duty=contain Nobody is touched
      greta hears: Nobody owes the containment on INC-1 now.
      greta in thread INC-1> @countersign waive duty=resolve
      greta hears: “reason” is missing
      duty INC-1 resolve: owed
      greta> /incident waive INC-1 duty=resolve Nobody is touched
      #credit: INC-1 · resolution waived by Greta ... Nobody is touched
      duty INC-1 resolve: waived
      dev> /incident ack INC-1
Mon 23:00 nobody is told: resolution
      maya> /approval request credit Ship v7
      greta> /approval waive APR-1 duty=decide Never mind
      greta hears: `/approval withdraw APR-1` withdraws the request: the decision can't be waived.
      duty APR-1 decide: owed
