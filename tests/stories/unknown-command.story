# A command that nobody has gets the nearest one.
local: the clients of Slack and Discord send no command that no app has

09:00 maya> /incidnet open credit sev2 Scores drift
      maya hears: I don't know “/incidnet”. Did you mean `/incident`?
      nobody is told anything
      ledger: incident.opened x0
