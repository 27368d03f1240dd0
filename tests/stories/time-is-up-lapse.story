# The policy says lapse: at the deadline the request lapses. That is nobody's decline, and says so.

09:00 maya> /approval request claims Go live
      priya> /approval approve APR-1 tested
12:59 case APR-1: requested
13:00 #claims: APR-1 has lapsed · nobody answered in time, and nobody declined ... only 1 of 2 had answered by 2026-11-23 13:00 UTC
      @maya: APR-1 has lapsed
      case APR-1: lapsed
      not #claims: APR-1 · decision is late
      not #claims: declined ·
      duty APR-1 decide: void
      ledger: duty.late x1
      ledger: approval.declined x0
      tomas> /approval approve APR-1 too late
      tomas hears: APR-1 is lapsed already since 13:00. /approval request claims … asks anew.
      case APR-1: lapsed
Tue 13:00 nobody is told: APR-1
