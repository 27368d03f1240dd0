# What the policy says for everybody, a workflow says otherwise for itself: who may ask, close and waive there. Elsewhere nothing changes.

09:00 the policy says: name = "Claims triage"\nstage = "pilot" => name = "Claims triage"\nmay = { request_approval = "governance", close_incident = "engineering", waive_duty = "chief-risk" }\nstage = "pilot"
      greta> /sla reload
      maya> /approval request claims Ship v7
      maya hears: Ask Greta: asking for an approval is for governance
      maya> /approval request credit Ship v7
      maya hears: requested
      jonas> /incident open claims sev2 Scores drift
      jonas> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
      dev> /incident ack INC-2
      arjun> /incident resolve INC-1 back-filled
      arjun hears: for engineering
      case INC-1: acknowledged
      ravi> /incident resolve INC-1 back-filled
      case INC-1: resolved
      ravi> /incident resolve INC-2 back-filled
      ravi hears: for command
      arjun> /incident resolve INC-2 back-filled
      case INC-2: resolved
# A right of one workflow's is no right everywhere.
      henrik> /approval waive APR-1 duty=decide Not needed
      henrik hears: for governance
# What concerns every workflow isn't one workflow's to say.
09:30 the policy says: waive_duty = "chief-risk" } => reload_policy = "engineering" }
      greta> /sla reload
      greta hears: reload_policy concerns every workflow ... write it under [may]
