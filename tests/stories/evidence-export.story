# A bundle is made for whoever the policy names, and that it was asked for stands in the ledger first.

09:00 maya> /incident open claims sev4 Decline rate doubled
      maya> /evidence export INC-1
      maya hears: Ask Greta: exporting evidence is for governance
      ledger: evidence.export-refused x1
      greta> /evidence export INC-1
      greta hears: INC-1: fetch it here, once, within a day ... /evidence/ ... Nothing is missing in it
      ledger: evidence.exported x1
      greta> /evidence export INC-9
      greta hears: I can't find INC-9
      greta> /evidence export 2026-11 workflow=credit
      greta hears: Nothing of 2026-11-01
      ledger: evidence.exported x1
