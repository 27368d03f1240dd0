# The incident is restricted: whoever starts hears that a law is in the way, and neither that there is such a case nor which law it is,
# since that says what happened.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Insider took records restricted=yes aware=08:30
      maya> /rollback propose claims from=v2 to=v1 "Claims are lost"
      arjun> /rollback authorise RBK-1 v1 is known to be good
      dev> /rollback start RBK-1
      dev hears: or report it first: a law forbids altering the system before the authority is told
      dev does not hear: INC-1
      dev does not hear: 73
      sofia> /rollback alter-anyway RBK-1 Claims are being lost
      #claims: RBK-1 · Sofia decided to alter the system although a law forbids that
      dev> /rollback start RBK-1
      case RBK-1: running
      card RBK-1: Altered anyway: a law · Sofia
      not card RBK-1: ai-act
      maya> /rollback timeline RBK-1
      maya hears: Sofia decided to alter the system although a law forbids that
      maya does not hear: ai-act
      not #claims: INC-1
      not #claims: ai-act
