# What another bot says is kept as evidence and never obeyed, even under the name of somebody who may.

09:00 maya> /incident open credit sev2 Scores drift
      bot ci> @countersign ack INC-1
      ci hears nothing
      bot dev> @countersign ack INC-1
      dev hears nothing
      bot dev> /incident ack INC-1
      dev hears nothing
      case INC-1: open
      nobody is told anything
      ledger: incident.acknowledged x0
      ledger: said.message x2
