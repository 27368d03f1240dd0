# Who joins late reads in short what happened, who owes what by when, and what isn't known yet: from the ledger, in private.

09:00 maya> /incident open credit sev1 "Scores drift" impact=unclear
09:10 dev> /incident ack INC-1
      dev> /incident role INC-1 lead
09:20 maya> /incident note INC-1 The vendor was called
09:25 arjun> /incident update INC-1 We look at the features
09:40 dev> /incident decision INC-1 The old model until Monday
09:45 lena> /incident severity INC-1 sev2 Nobody was harmed
      lena> /incident catch-up INC-1
      lena hears: INC-1 · “Scores drift” · sev2, acknowledged, opened 09:00 ... 09:00 Maya opened it as sev1, impact unclear ... 09:10 Dev acknowledged it ... 09:20 Maya: “The vendor was called” ... 09:25 Update by Arjun: “We look at the features” ... 09:40 Decision by Dev: “The old model until Monday” ... 09:45 Lena changed sev1 to sev2 ... Impact: not known yet ... Lead: Dev ... Comms: nobody yet ... Owed:
      lena does not hear: is owed by
      lena> /incident catch-up INC-1 since=09:30
      lena hears: Since 09:30: ... Decision by Dev
      lena> /incident catch-up INC-1 since=09:30
      lena does not hear: Update by Arjun
      arjun> /incident catch-up INC-1 new=yes
      arjun hears: Since 09:25
      arjun> /incident catch-up INC-1 new=yes
      arjun does not hear: We look at the features
      lena in thread INC-1> @countersign catch up
      lena hears: INC-1 · “Scores drift”
      lena> /incident catch-up INC-1 new=yes
      lena hears: Nothing happened since 09:45 that you need to know
# An approval: what is undecided, and the question that waits.
10:00 maya> /approval request credit Ship v7
      priya> /approval ask APR-1 Tested on what?
      tomas> /approval catch-up APR-1
      tomas hears: APR-1 · “Ship v7” · requested, waiting since 10:00 ... Undecided: model-risk · 0 of 2 ... Open question: Priya asks Maya: “Tested on what?” ... Owed:
# It doesn't exist for whoever may not see it.
      lena> /incident open credit sev1 restricted=yes A list of customers leaked
      maya> /incident catch-up INC-2
      maya hears: I can't find INC-2
      maya does not hear: A list of customers
