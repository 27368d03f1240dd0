# On Discord: a message becomes an incident, or part of one's story, from its own menu.
platform: discord

09:00 jonas> the batch of nine never came
      maya uses Open incident on jonas's message
      maya hears: form incident.open: workflow=credit ... title=the batch of nine never came
      maya submits: severity = sev3
      maya hears: opened as sev3
      card INC-1: Jonas, 09:00: “the batch of nine never came”
      jonas> it came at ten, half of it empty
      dev uses Keep as evidence on jonas's message
      dev hears: form incident.note ... it came at ten
      dev submits: case = INC-1
      dev hears: INC-1
      maya> /incident timeline INC-1
      maya hears: it came at ten, half of it empty
