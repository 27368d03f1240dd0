# Where a law forbids altering the system before the authority is told, it isn't started without a decision of its own, by whoever
# authorises; once it is reported, nothing is in the way.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Somebody was harmed aware=08:30
      maya> /rollback propose claims from=v2 to=v1 "Somebody was harmed" on=INC-1
      arjun> /rollback authorise RBK-1 v1 is known to be good
      @sofia: RBK-1 · start by ... A law forbids altering it before the authority is told ... /rollback alter-anyway RBK-1 … ... [Start]
      dev> /rollback start RBK-1
      dev hears: Ask Arjun or Sofia to decide /rollback alter-anyway RBK-1 why, or report it first: ... forbid altering the system before the authority is told (INC-1). Art. 73(6)
      case RBK-1: authorised
      dev> /rollback alter-anyway RBK-1 I must
      dev hears: Ask Arjun or Sofia
      ledger: rollback.started x0
      sofia> /rollback alter-anyway RBK-1 People are being harmed right now
      #claims: RBK-1 · Sofia decided to alter the system although ai-act-73.death, ai-act-73.serious and ai-act-73.widespread forbid that
      dev> /rollback start RBK-1
      case RBK-1: running
      card RBK-1: Altered anyway: ai-act-73.death
