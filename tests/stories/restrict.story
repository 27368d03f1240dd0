# An open incident is made restricted: its story goes on in a channel of its own, and the card in the open says nothing more of it.

09:00 maya> /incident open credit sev2 Scores drift
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      jonas> /incident status INC-1
      jonas hears: “Scores drift”
      jonas> /incident restrict INC-1 Names are among it
      jonas hears: restricting this incident is for command and governance
      maya> /incident restrict INC-1 Names of customers are among it
      maya hears: restricted: from now on only Arjun, Dev, Lena, Maya and Sofia see it. What was posted before stays where it is
      #inc-1: INC-1 · restricted by Maya ... “Names of customers are among it”
      #credit: An incident that was told here is restricted now: only its people see it
      not #credit: Names of customers
      maya sees #inc-1
      dev sees #inc-1
      jonas does not see #inc-1
      jonas> /incident status INC-1
      jonas hears: I can't find INC-1
      jonas> /incident list
      jonas does not hear: INC-1
      maya> /incident restrict INC-1 again
      maya hears: INC-1 is restricted already
      dev> /incident note INC-1 It was the export
      #inc-1: It was the export
      not #credit: It was the export
# Whoever doesn't see it may ask, and doesn't learn whether there is one.
09:10 jonas> /incident request-access INC-1 I keep the minutes
      jonas hears: If INC-1 is a restricted case, its people are asked to let you in.
      #inc-1: INC-1 · Jonas asks to be let in ... “I keep the minutes” ... [Invite]
      @maya: INC-1 · Jonas asks to be let in
      jonas> /incident request-access INC-77
      jonas hears: If INC-77 is a restricted case, its people are asked to let you in.
      jonas> /incident request-access INC-1 please
      jonas hears: If INC-1 is a restricted case, its people are asked to let you in.
      ledger: case.asked-in x1
      maya> /incident request-access INC-1
      maya hears: You see INC-1 already
      maya presses Invite in a message
      jonas sees #inc-1
      @jonas: INC-1 · Maya invited Jonas
# The same button once more, an hour later: he is in.
      dev> /incident invite INC-1 @jonas
      dev hears: Jonas was invited to INC-1 already
      ledger: case.invited x1
      jonas> /incident status INC-1
      jonas hears: “Scores drift”
# It is opened again with everything that was said.
09:20 greta> /incident status INC-1
      greta hears: I can't find INC-1
      maya> /incident unrestrict INC-1 It was a drill
      maya hears: not restricted any more. Public: everybody in the workflow's channels sees it
      greta> /incident timeline INC-1
      greta hears: Maya restricted it: “Names of customers are among it” ... It was the export ... Maya took the restriction away
      ledger: case.restricted x1
      ledger: case.unrestricted x1
      card INC-1: State: open
# Where it had a channel of its own already, that one is closed to others, or it moves to one that is.
09:30 the policy says: [workflows.credit]\n => [workflows.credit]\nincident_channels = true\n
      the operator reloads
      maya> /incident open credit sev2 Odd scores
      #inc-2: INC-2 · acknowledge by ... · sev2 on credit
      jonas sees #inc-2
      maya> /incident restrict INC-2 Names of customers are among it
      #inc-2: INC-2 · restricted by Maya
      jonas does not see #inc-2
      dev sees #inc-2
      dev> /incident note INC-2 It was the export
      #inc-2: It was the export
