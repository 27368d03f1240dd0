# The address of somebody's calendar is theirs alone: it is answered in private, kept nowhere, and another one ends it. Nobody is told of it.
policy: tests/stories/rota.toml

09:00 dev> /rota calendar
      dev hears: Your shifts and deadlines, for your calendar to subscribe to ... /calendar/ ... .ics ... keep it to yourself
      dev> /rota calendar
      dev hears: You have an address since 09:00. I keep no copy of it and can't show it again ... rota calendar renew
      dev> /rota calendar renew
      dev hears: .ics
      ledger: rota.calendar-given x2
      nobody is told: /calendar/
      not transcript #credit: .ics
