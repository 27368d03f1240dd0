# A law that begins to forbid it while it runs holds the step that comes next, until somebody decides, or it is reported. What was decided
# before covers nothing that began after it.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /rollback propose claims from=v2 to=v1 "Claims are lost"
      arjun> /rollback authorise RBK-1 v1 is known to be good
      dev> /rollback start RBK-1
      case RBK-1: running
09:10 maya> /incident open claims sev1 Somebody was harmed aware=09:05
      dev> /rollback done RBK-1
      dev hears: step 1 of 2 is done; before step 2, which a law forbids now, Arjun or Sofia is asked by 09:25
      #claims: RBK-1 · a law forbids step 2 of 2 before the authority is told · decide by 09:25 ... /rollback alter-anyway RBK-1 …, or report it first, and then /rollback agree-point RBK-1 step=2 …
      @arjun: RBK-1 · a law forbids step 2 of 2 ... [Alter anyway]
      not #claims: no way back
      arjun> /rollback done RBK-1
      arjun hears: /rollback agree-point RBK-1 … comes first, since a law forbade this step
      arjun> /rollback agree-point RBK-1 Go on
      arjun hears: Ask Arjun or Sofia to decide /rollback alter-anyway RBK-1 why, or report it first
      ledger: rollback.point-agreed x0
      dev> /rollback alter-anyway RBK-1 I must
      dev hears: Ask Arjun or Sofia
      sofia> /rollback alter-anyway RBK-1 People are being harmed right now
      sofia hears: recorded: it is altered although ai-act-73.death
      sofia hears: Arjun or Sofia does step 2 of 2 by
      duty RBK-1 agree-point: met
      duty RBK-1 do-step: owed
