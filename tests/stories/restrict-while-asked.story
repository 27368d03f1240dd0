# What asks for an answer when an incident is made restricted asks no more where others read it, and asks again once it is open.

09:00 the policy says: operators_channel = "ops" => operators_channel = "ops"\nannouncements = ["incidents"]
      the operator reloads
      greta in #incidents> good morning
      maya> /incident open credit sev2 Scores drift
      #credit: INC-1 · acknowledge by 10:00 · sev2 on credit: “Scores drift”
      #incidents: INC-1 · sev2 · open · “Scores drift” on credit [Join]
      greta> /incident join INC-1
      maya> /incident restrict INC-1 Names of customers are among it
      maya hears: only Arjun, Dev, Greta, Lena, Maya and Sofia see it ... /incident invite INC-1 @… invites somebody ... /incident uninvite INC-1 @… takes somebody out
      edited #credit: INC-1
      not edited #credit: Scores drift
      not edited #credit: Acknowledge
# It is announced nowhere any more, and whoever joined it while it was open to all is still in it, until somebody takes them out.
      greta> /incident status INC-1
      greta hears: “Scores drift”
      maya> /incident uninvite INC-1 @greta
      greta> /incident status INC-1
      greta hears: I can't find INC-1
09:05 dev> /incident note INC-1 It was the export
      #inc-1: It was the export
      not #incidents: INC-1
      not #credit: INC-1
# A second time: opened to all, and made restricted once more.
09:10 maya> /incident unrestrict INC-1 It was a drill
      edited #credit: INC-1 · acknowledge by 10:00 · sev2 on credit: “Scores drift”
      #incidents: INC-1 · sev2 · open · “Scores drift” on credit [Join]
      maya> /incident restrict INC-1 It wasn't
      not edited #credit: Scores drift
      edited #credit: INC-1
09:15 lena> /incident ack INC-1
      edited @dev: INC-1 · acknowledged 09:15 by Lena ... “Scores drift”
      not edited #credit: acknowledged
      ledger: case.restricted x2
