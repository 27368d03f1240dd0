# An incident that has a channel of its own in the open already is made restricted: where the platform can't close that channel,
# the story goes on in another one, and the old one says nothing more of it.

09:00 the policy says: [workflows.credit]\n => [workflows.credit]\nincident_channels = true\n
      the operator reloads
      maya> /incident open credit sev2 Scores drift
      #inc-1: sev2 on credit: “Scores drift”
      @dev: sev2 on credit: “Scores drift” ... [Acknowledge]
      maya> /incident restrict INC-1 Names of customers are among it
      #inc-1: INC-1 · restricted by Maya
      jonas does not see #inc-1
09:05 dev> /incident ack INC-1
      edited @dev: INC-1 · acknowledged 09:05 by Dev
      #inc-1: INC-1 is acknowledged
09:10 maya> /incident unrestrict INC-1 It was a drill
      #inc-1: INC-1 · restriction taken away by Maya
      maya> /incident restrict INC-1 It wasn't
      #inc-1: INC-1 · restricted by Maya
      outbox: given-up x0
