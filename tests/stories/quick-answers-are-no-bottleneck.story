# Quick answers open nothing, and neither do requests that were withdrawn or broken open.

09:00 maya> /approval request credit Ship v1 path=watched
      priya> /approval approve APR-1
      maya> /approval request credit Ship v2 path=watched
      priya> /approval approve APR-2
      maya> /approval request credit Ship v3 path=watched
      priya> /approval approve APR-3
      maya> /approval request credit Ship v4 path=watched
      priya> /approval approve APR-4
      maya> /approval request credit Ship v5 path=watched
09:59 priya> /approval approve APR-5
      ledger: incident.opened x0
      maya> /approval request credit Ship v6 path=watched
11:59 maya> /approval withdraw APR-6 not now
Tue 09:00 nobody is told: slow
      ledger: incident.opened x0
