# Somebody whom the policy doesn't know is answered kindly and not obeyed; their words are kept.

09:00 maya> /incident open credit sev2 Scores drift
      zoe> /incident ack INC-1
      zoe hears: Ask an operator to add your account to [people]
      zoe hears: Until then your words are kept, but not acted on.
      zoe> /incident open credit sev1 Everything is lost
      zoe hears: I don't know you
      zoe> /incident list
      zoe hears: I don't know you
      zoe does not hear: Scores drift
      zoe presses Acknowledge on INC-1
      zoe hears: I don't know you
      zoe> I only wanted to help
      zoe hears nothing
      case INC-1: open
      ledger: incident.opened x1
      transcript #credit: I only wanted to help
      nobody is told anything
