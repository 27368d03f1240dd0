# From pilot to production: the card says what the policy lacks, nobody can approve before it has it, and the policy file that
# does it carries the approval.
policy: src/domain/policy/example.toml
local: it is about the policy file

09:00 the policy says: keep_evidence_days = 365 => keep_evidence_days = 90
      lena> /sla reload
      jonas> /approval promote claims-triage Eight weeks without a sev1
      jonas hears: requested ... Nobody can approve it yet: claims-triage keeps evidence for 90 days; write keep_evidence_days = 183 or more.
      #claims-pilot: APR-1 ... put claims-triage into production ... Not ready for production: the policy lacks 1 thing for claims-triage ... Claims-triage keeps evidence for 90 days: write keep_evidence_days = 183 or more
      priya> /approval approve APR-1 fine
      priya hears: Claims-triage isn't ready for production: claims-triage keeps evidence for 90 days; write keep_evidence_days = 183 or more. Approve once the policy has it.
      duty APR-1 decide: owed, votes 0
# What is asked for is one thing, and not some other action.
      jonas> /approval amend APR-1 `put it into production on Friday`
      jonas hears: APR-1 puts a workflow into production: that can't be amended.
# The policy gets what is missing, and the way back is drilled: the same request can be approved.
09:30 the policy says: keep_evidence_days = 90 => keep_evidence_days = 365
      lena> /sla reload
      priya> /approval approve APR-1 pilot report read
      priya hears: Go the way back for practice first: /rollback drill claims-triage
      case APR-1: requested
      maya> /rollback drill claims-triage from=r3 to=r2 "Before production"
      dev> /rollback tick RBK-1 1 yes
      arjun> /rollback authorise RBK-1 Go ahead
      arjun> /rollback start RBK-1
      ravi> /rollback done RBK-1 step=1
      arjun> /rollback in-flight RBK-1 stopped Nothing was
      arjun> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      arjun> /rollback source RBK-1 yes Nothing leads back
      arjun> /rollback confirm RBK-1 recovered As planned
      case RBK-1: confirmed
      priya> /approval approve APR-1 pilot report read
      tomas> /approval approve APR-1 pilot report read
      henrik> /approval approve APR-1 the office agrees
      case APR-1: approved
      ledger: stage.promotion-approved x1
      not #countersign-ops: claims-triage is in production
# Approving moves nothing by itself: the file does.
      jonas> /approval approve APR-1 once more
      jonas hears: write `stage = "production"` there, then /sla reload
10:00 the policy says: name = "Claims triage"\nstage = "pilot" => name = "Claims triage"\nstage = "production"
      lena> /sla reload
      #countersign-ops: claims-triage is in production now, by the policy file that Lena Hoffmann had read ... Agreed to in APR-1
      not #countersign-ops: Nobody agreed to that
      ledger: stage.changed x1
      jonas> /approval promote claims-triage Again
      jonas hears: Claims-triage is in production already.
      lena> /sla redflags
      lena does not hear: nobody agreed to that
# One approval is for one time: back to pilot and up again by the file alone is nobody's agreement.
11:00 the policy says: name = "Claims triage"\nstage = "production" => name = "Claims triage"\nstage = "pilot"
      lena> /sla reload
      #countersign-ops: claims-triage is a pilot now ... Lighter duties may hold
      the policy says: name = "Claims triage"\nstage = "pilot" => name = "Claims triage"\nstage = "production"
      lena> /sla reload
      #countersign-ops: claims-triage is in production now ... Nobody agreed to that
      not #countersign-ops: Agreed to in
      lena> /sla redflags
      lena hears: Claims-triage is in production since ... and nobody agreed to that
# It is agreed to after the fact, and no file is waited for.
      jonas> /approval promote claims-triage It was there before
      priya> /approval approve APR-2 looks right
      tomas> /approval approve APR-2 looks right
      henrik> /approval approve APR-2 the office agrees
      case APR-2: approved
      lena> /sla redflags
      lena does not hear: nobody agreed to that
