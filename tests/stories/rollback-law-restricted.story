# The incident is restricted: whoever starts hears that a law is in the way, and not that there is such a case.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Insider took records restricted=yes aware=08:30
      maya> /rollback propose claims from=v2 to=v1 "Claims are lost"
      arjun> /rollback authorise RBK-1 v1 is known to be good
      dev> /rollback start RBK-1
      dev hears: forbids altering the system before the authority is told. Art. 73(6)
      dev does not hear: INC-1
      sofia> /rollback alter-anyway RBK-1 Claims are being lost
      dev> /rollback start RBK-1
      case RBK-1: running
      not #claims: INC-1
