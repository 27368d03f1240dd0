# A channel in which people talk already becomes an incident's own. Not one in which every incident is told, and not one that is another's.

09:00 maya> /incident convert credit sev2 Scores drift
      maya hears: This channel is one of the policy's, where every incident is told, so it can't become one incident's own. ... incident open credit sev2
      maya dm> /incident convert credit sev2 Scores drift
      maya hears: There is no channel here that could become the incident's own
      nobody is told: Scores drift
      the policy says: [workflows.credit]\n => [workflows.credit]\nincident_channels = true\n
      the operator reloads
      maya> /incident open credit sev2 Scores drift
      #inc-1: sev2 on credit: “Scores drift”
      dev in #inc-1> /incident convert credit sev3 Odd scores
      dev hears: This channel is INC-1's own, and one channel is one incident's, so nothing was opened
      ledger: incident.opened x1
      maya> /incident help convert
      maya hears: Open an incident in a channel in which people talk already: it becomes the incident's own
