# A role whose answers are all one person's is found once there are enough of them, and no more once another has answered.
policy: tests/stories/rota.toml

09:00 maya> /approval request credit One
      maya> /approval request credit Two
      maya> /approval request credit Three
      maya> /approval request credit Four
      maya> /approval request credit Five
      priya> /approval approve APR-1
      priya> /approval approve APR-2
      priya> /approval approve APR-3
      priya> /approval approve APR-4
      the watchdog looks
      not #ops: Somebody has to see to it
      priya> /approval approve APR-5
      the watchdog looks
      #ops: Somebody has to see to it: all answers of model-risk in 90 days were Priya's; the others never acted
      nobody is told: restricted
      maya> /approval request credit Six
      tomas> /approval approve APR-6
      the watchdog looks
      maya> /sla redflags
      maya does not hear: all answers of model-risk
      nobody is told: Tomas's; the others
