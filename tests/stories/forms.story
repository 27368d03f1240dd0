# What is missing is asked for in a form, with the policy's own words beside it; what is wrong there is said at its field, and nothing is opened.
not on discord: a form has five fields there and the policy's words have no place; told in discord-forms

09:00 maya> /incident open
      maya hears: form incident.open: workflow=credit
      maya hears: People are being harmed, or nobody can stop it.
      ledger: incident.opened x0
      maya submits: severity = sev2; title =
      maya hears: title:
      ledger: incident.opened x0
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
