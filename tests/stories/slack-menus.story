# What Slack's own menus open: an incident out of nothing and out of a message, a message kept as evidence, and a page of what one owes.
platform: slack

09:00 maya uses Open incident
      maya hears: form incident.open: workflow=
      maya submits: workflow = credit; severity = sev2; title = Scores drift
      maya hears: INC-1 ... opened as sev2
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Scores drift”
      ledger: incident.opened x1
# Out of a message: its first line is the title, and it says where it comes from.
09:05 jonas> the batch of nine never came
      | nobody was told
      jonas hears nothing
      maya uses Open incident on jonas's message
      maya hears: form incident.open: workflow=credit ... title=the batch of nine never came ... From https://
      maya submits: severity = sev3
      maya hears: opened as sev3
      #credit: INC-2 · acknowledge by ... · sev3 on credit: “the batch of nine never came”
# Its card shows the message, and the message itself is kept with it.
      card INC-2: Jonas, 09:05: “the batch of nine never came nobody was told”
# A message becomes evidence of a case.
      dev uses Keep as evidence on jonas's message
      dev hears: form incident.note
      dev hears: jonas, 2026-11-23 09:05 UTC: the batch of nine never came
      dev submits: case = INC-2
      ledger: case.noted x1
# One page each, of what one owes.
09:10 dev opens the home tab
      dev hears: INC-1 ... acknowledgement ... INC-2
      maya opens the home tab
      maya hears: You owe nothing ... You asked for ... INC-1
      ledger: incident.opened x2
