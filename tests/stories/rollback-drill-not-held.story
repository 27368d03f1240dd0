# A drill that is due and isn't held is late, climbs its ladder, and is a red flag. Giving it up doesn't make it held: it comes again.

2027-02-21 09:00 case RBK-1: due
2027-02-28 09:00 duty RBK-1 hold-drill: late
      @arjun: RBK-1
      maya> /sla redflags
      maya hears: The way back of credit was to be drilled by 2027-02-28 09:00 UTC
      arjun> /rollback withdraw RBK-1 Half of them are away
      case RBK-1: abandoned
      #credit: DRILL · RBK-2 · a drill of credit is due
      case RBK-2: due
      ledger: rollback.confirmed x0
