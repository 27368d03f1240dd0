# Impact unclear is a state of its own, with a clock of its own: model risk says what it is, and nothing is resolved before.

09:00 maya> /incident open credit sev2 Scores drift impact=unclear
      card INC-1: Impact: unclear
      duty INC-1 assess: owed, due 10:00, holders priya tomas anika
      arjun> /incident resolve INC-1 all is well
      arjun hears: Say what the impact was first: `/incident assess INC-1 …`. It is still marked unclear.
      case INC-1: open
09:30 @priya: INC-1 · impact assessment is due at 10:00
      maya> /incident assess INC-1 nobody at all
      maya hears: the impact assessment on INC-1 is for model-risk
      card INC-1: Impact: unclear
      tomas> /incident assess INC-1 about 40 applicants
      tomas hears: the impact is on record
      #credit: INC-1 · assessment by Tomas ... about 40 applicants
      card INC-1: Impact: known · “about 40 applicants”
      duty INC-1 assess: met
      arjun> /incident resolve INC-1 back-filled
      case INC-1: resolved
10:00 nobody is told: impact assessment
# Where the impact is known nobody is asked.
      maya> /incident open credit sev2 Another
      duty INC-2 acknowledge: owed
      not @priya: INC-2
