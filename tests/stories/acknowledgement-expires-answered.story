# An acknowledgement grows old. “Still working on it?” is asked, and an answer is believed for as long again.

09:00 maya> /incident open credit sev2 Scores drift
09:10 dev> /incident ack INC-1
13:09 nobody is told: still working on it
13:10 @dev: INC-1 · answer by 13:40, @dev: still working on it? ... [Still working]
      #credit: @dev: still working on it?
      not @lena: still working
      not @arjun: INC-1
      duty INC-1 still-working: owed, due 13:40
13:20 lena> /incident working INC-1
      lena hears: Only Dev can do that on INC-1
13:25 dev presses Still working in a message
      dev hears: thank you; I ask again at 17:25
      case INC-1: acknowledged
      duty INC-1 still-working: met
13:40 nobody is told: not acknowledged
# An update is a sign of life as well: it needs no asking.
15:00 dev> /incident update INC-1 half of it is back
      dev hears: update told
18:59 nobody is told: still working on it
19:00 @dev: @dev: still working on it?
      ledger: incident.acknowledgement-lapsed x0
# What is contained is not asked about any more.
19:10 dev> /incident contain INC-1 switched to v6
      duty INC-1 still-working: met
Tue 09:00 nobody is told: still working on it
