# Answers that are slow as a rule are a risk as well: from five on, when nine in ten exceed the limit, one incident is opened.

09:00 maya> /approval request credit Ship v1 path=watched
      maya> /approval request credit Ship v2 path=watched
      maya> /approval request credit Ship v3 path=watched
      maya> /approval request credit Ship v4 path=watched
      maya> /approval request credit Ship v5 path=watched
      maya> /approval request credit Ship v6 path=watched
11:00 priya> /approval approve APR-1
      priya> /approval approve APR-2
      tomas> /approval decline APR-3 too old
      priya> /approval approve APR-4
# Four are too few to judge by.
      ledger: incident.opened x0
11:30 tomas> /approval approve APR-5
      #credit: INC-1 · acknowledge by ... · sev3 on credit: “Approvals on path watched are slow” ... 90 % of the last 5 answers on path watched took up to 2 h 30 min; the policy's limit is 1 h. The last one was APR-5.
      ledger: incident.opened x1
11:40 tomas> /approval approve APR-6
      not #credit: INC-2
      ledger: incident.opened x1
