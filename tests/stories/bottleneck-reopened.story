# An incident about a slow path that is reopened is about that path again: no second one is opened beside it.

09:00 maya> /approval request credit Ship v7 path=watched
12:00 #credit: INC-1 · acknowledge by ... · sev3 on credit: “Approvals on path watched are slow”
      dev> /incident ack INC-1
      arjun> /incident resolve INC-1 two more people in the role
      maya> /approval request credit Ship v8 path=watched
13:00 jonas> /incident reopen INC-1 they are on holiday
      case INC-1: open
15:00 #credit: APR-2 has been pending for 3 h
      not #credit: INC-2
      ledger: incident.opened x1
# Resolved again, it is about nothing any more.
15:10 arjun> /incident resolve INC-1 they are back
      maya> /approval request credit Ship v9 path=watched
18:10 #credit: INC-2 · acknowledge by ... · sev3 on credit: “Approvals on path watched are slow”
