# On Discord: a form shows five fields, what else there is to say are options of the command, and what can't be taken is opened again as it was typed.
platform: discord

09:00 maya> /incident open
      maya hears: form incident.open: workflow=credit; severity=; title=; class=; technical= ... sev1, sev2 ... 5 more as options of the command
      maya submits: severity = sev2; title =
      maya hears: title:
      ledger: incident.opened x0
      maya submits: severity = grave; title = Scores drift
      maya hears: Nothing was changed ... severity: ... [Open again]
      ledger: incident.opened x0
      maya presses Open again in the answer
      maya hears: form incident.open: workflow=credit; severity=grave; title=Scores drift
      maya submits: severity = sev2; title = Scores drift; occurred = 2026-11-24T09:00:00Z
      maya hears: Name a time that has passed: this one is in the future.
      ledger: incident.opened x0
      maya submits: severity = sev2; title = Scores drift; class = perf.drift; technical = 4; occurred = 2026-11-23T08:00:00Z
      maya hears: opened as sev2
      card INC-1: Severity: sev2 · technical 4 ... Class: perf.drift ... occurred 08:00 (Maya)
      ledger: incident.opened x1
      dev presses Contain on INC-1
      dev hears: form incident.contain:INC-1
      case INC-1: open
      dev submits: text = switched to v6
      case INC-1: contained
