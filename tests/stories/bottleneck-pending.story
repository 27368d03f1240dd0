# A path on which a request is pending too long is a risk in itself: one incident about it is opened by the bot, and only one.

09:00 maya> /approval request credit Ship v7 path=watched
09:30 jonas> /approval request credit Ship v8 path=watched
11:59 nobody is told: has been pending
12:00 #credit: APR-1 has been pending for 3 h: longer than its path allows
      #credit: INC-1 · acknowledge by ... · sev3 on credit: “Approvals on path watched are slow” ... Opened by the bot: APR-1 has been pending for 3 h; the policy's limit on path watched is 3 h.
      @dev: INC-1 · acknowledge by ... · sev3 on credit
      card INC-1: Class: control.latency_breach
      case APR-1: requested
# The second slow one is said, but opens no second incident.
12:30 #credit: APR-2 has been pending for 3 h
      not #credit: INC-2
      ledger: incident.opened x1
      ledger: approval.found-slow x2
12:40 dev> /incident ack INC-1
      arjun> /incident resolve INC-1 two more people in the role
      priya> /approval approve APR-1
# Once that one is resolved, the next slow request opens the next.
13:00 maya> /approval request credit Ship v9 path=watched
15:59 not #credit: INC-2
16:00 #credit: INC-2 · acknowledge by ... · sev3 on credit: “Approvals on path watched are slow”
      ledger: incident.opened x2
