# By the policy's rule, what somebody acknowledged in their shift comes back when it ends: whoever is on then must acknowledge it, once.
policy: tests/stories/rota.toml

09:00 the policy says: acknowledge_within = "15m" => acknowledge_within = "15m"\nacknowledged = "returns"
      the operator reloads
Tue 08:30 maya> /incident open credit sev3 Scores drift
08:40 dev> /incident ack INC-1
      case INC-1: acknowledged
Tue 08:59 case INC-1: acknowledged
Tue 09:00 #credit: INC-1 · acknowledge it again by 13:00: the shift of Dev is over ... waiting on @lena
      @lena: INC-1 · acknowledge it again by 13:00: the shift of Dev is over
      case INC-1: open
      duty INC-1 acknowledge: owed, due 13:00, holders lena
      ledger: incident.acknowledgement-lapsed x1
      not @dev: still working
09:10 lena> /incident ack INC-1
      case INC-1: acknowledged
Tue 17:30 not @dev: INC-1
      ledger: incident.acknowledgement-lapsed x1
