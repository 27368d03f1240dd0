# One person who decides everything is a red flag once that is a habit, and not before.

09:00 maya> /approval request credit path=watched Ship v1
      priya> /approval approve APR-1
      maya> /approval request credit path=watched Ship v2
      priya> /approval approve APR-2
      maya> /approval request credit path=watched Ship v3
      priya> /approval approve APR-3
      maya> /approval request credit path=watched Ship v4
      priya> /approval approve APR-4
      greta> /sla redflags
      greta hears: None in what happened in the last 90 days
      maya> /approval request credit path=watched Ship v5
      priya> /approval approve APR-5
      greta> /sla redflags
      greta hears: 1 in what happened in the last 90 days ... Priya had a vote in 5 of 5 on watched. ... Ask the others of watched first for some weeks, or name more people.
# Two others decide, and it is no habit any more: 5 of 7 are not most.
      maya> /approval request credit path=watched Ship v6
      tomas> /approval approve APR-6
      maya> /approval request credit path=watched Ship v7
      anika> /approval decline APR-7 Too soon
      greta> /sla redflags
      greta hears: None in what happened in the last 90 days
