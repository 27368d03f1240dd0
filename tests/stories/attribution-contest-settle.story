# A missed deadline is attributed to the holder's party. The objection stands beside it until somebody else settles it.

09:00 maya> /incident open credit sev1 Cards are blocked
      lena> /incident ack INC-1
10:59 nobody is told: containment ... is late
11:00 #credit: containment is late
      duty INC-1 contain: late, attributed vendor, contested no
11:05 maya> /incident contest INC-1 says=client duty=acknowledge it was ours
      maya hears: The acknowledgement on INC-1 isn't late, so there is nothing to contest
      ravi> /incident contest INC-1 duty=contain says=third-party
      ledger: duty.contested x0
      ravi> /incident contest INC-1 duty=contain says=third-party The cloud was down until noon
      ravi hears: the breach is contested: what you say stands beside it until somebody settles it
      #credit: INC-1 · Ravi contests the late containment, and puts it down to third-party ... The cloud was down until noon
      duty INC-1 contain: late, attributed vendor, contested third-party
      ravi> /incident settle INC-1 duty=contain to=third-party As I said
      ravi hears: settling whose breach it was is for governance and chief-risk
      duty INC-1 contain: late, attributed vendor, contested third-party
11:10 greta> /incident settle INC-1 duty=contain to=third-party Agreed with both sides
      #credit: INC-1 · Greta settled it: the late containment is put down to third-party ... Agreed with both sides
      duty INC-1 contain: late, attributed third-party, contested no
# Late is late all the same.
      ravi> /incident contain INC-1 switched to v6
      duty INC-1 contain: met-late, attributed third-party
# Nobody settles their own objection.
11:20 greta> /incident contest INC-1 duty=update says=client We waited for them
      duty INC-1 update: late, attributed operations, contested client
      greta> /incident settle INC-1 duty=update to=client As I said
      greta hears: Only somebody who didn't contest it can do that
      duty INC-1 update: late, attributed operations, contested client
