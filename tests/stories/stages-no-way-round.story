# Neither silence nor one person alone puts a workflow into production, and a pilot that was declined stays one.
policy: src/domain/policy/example.toml
local: it is about the policy file

09:00 the policy says: when_time_is_up = "lapse"\nreason_on_approve = true => when_time_is_up = "approve"\nbreak_glass = ["incident-command"]
      lena> /sla reload
      jonas> /approval promote claims-triage Eight weeks without a sev1
      arjun> /approval breakglass APR-1 it is urgent
      arjun hears: APR-1 puts a workflow into production: that can't be approved by one person alone.
      priya> /approval approve APR-1 read
      priya hears: Claims-triage isn't ready for production: silence approves on the path go-live
2026-12-07 09:00 nobody is told: APR-1 is approved
      case APR-1: requested
      duty APR-1 decide: late, votes 0
      ledger: stage.promotion-approved x0
      tomas> /approval decline APR-1 The pilot had a sev1 in week three
      case APR-1: declined
      not #countersign-ops: claims-triage is in production
