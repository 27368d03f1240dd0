# A workflow that the policy file alone puts into production: the file counts, and the ledger and the operators hear that nobody
# agreed to it, and what the policy lacks.
policy: src/domain/policy/example.toml
local: it is about the policy file

09:00 the policy says: name = "Claims triage"\nstage = "pilot" => name = "Claims triage"\nstage = "production"
      the policy says: keep_evidence_days = 365 => keep_evidence_days = 90
      lena> /sla reload
      lena hears: is in force
      #countersign-ops: claims-triage is in production now, by the policy file that Lena Hoffmann had read ... Nobody agreed to that ... The policy lacks 1 thing that a workflow in production needs
      not #countersign-ops: Agreed to in
      ledger: stage.changed x1
# What it is told of stays told once.
      the policy says: keep_evidence_days = 90 => keep_evidence_days = 365
      lena> /sla reload
      not #countersign-ops: claims-triage is in production
      ledger: stage.changed x1
# It can be agreed to after the fact, and until then it is a red flag.
      lena> /sla redflags
      lena hears: Claims-triage is in production since ... and nobody agreed to that
      jonas> /approval promote claims-triage Eight weeks without an incident
      jonas hears: requested
      card APR-1: Jonas Weber asks for this: ... put claims-triage into production
      maya> /approval promote credit-scoring Why not
      maya hears: Credit-scoring is in production already
