# Where incidents are announced, each is one line that says how it stands, with a button to take part.

09:00 the policy says: operators_channel = "ops" => operators_channel = "ops"\nannouncements = ["incidents"]
      the operator reloads
      greta in #incidents> good morning
      maya> /incident open credit sev2 Scores drift
      #incidents: INC-1 · sev2 · open · “Scores drift” on credit [Join]
      #credit: INC-1 · acknowledge by ... · sev2 on credit
      not #incidents: @dev
      priya> /incident join INC-1
      priya hears: you take part
      ledger: case.joined x1
      #credit: INC-1 · Priya joined
      priya> /incident join INC-1
      priya hears: you take part already
      ledger: case.joined x1
09:05 dev> /incident ack INC-1
      dev> /incident role INC-1 lead
      #incidents: INC-1 · sev2 · acknowledged · “Scores drift” on credit · Dev leads [Join]
      maya> /incident withdraw INC-1 a test
      #incidents: INC-1 · sev2 · withdrawn · “Scores drift” on credit
# A restricted one is named nowhere but to its own people.
      maya> /incident open credit sev1 restricted Rows were copied
      not #incidents: INC-2
