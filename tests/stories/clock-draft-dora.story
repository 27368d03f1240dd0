# The draft for DORA: each value with the entry that it came from, gaps by the number of their field, estimates marked. Nothing is sent.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Payments are held back occurred=06:00 aware=08:00
      dev> /incident moment INC-1 detected 07:30
10:30 dev> /incident assess INC-1 About 400 payments
      dev> /incident contain INC-1 Switched to the old rules
      henrik> /incident draft INC-1 dora
      henrik hears: From the ledger, for you alone; I send nothing. No legal advice; confirm with counsel
      henrik hears: 1.1 type of submission: “initial_notification”
      henrik hears: 1.6 LEI of the financial entity: “529900T8BM49AURSDO55” · policy, [regulation.credit]
      henrik hears: 2.2 when it was detected: “2026-11-23T07:30:00Z” · entry
      henrik hears: 2.4 description: “Payments are held back · About 400 payments” · entry
      henrik hears: 3.15 how long it lasted (ddd:hh:mm): “000:04:30” (estimate) · entry
      henrik hears: 3.34 temporary measures: “Switched to the old rules (2026-11-23 10:30 UTC)” · entry
      henrik hears: Missing: 1.3 its code
      henrik does not hear: 4.8 when it was resolved: “
      henrik does not hear: LEI of the financial entity;
      nobody is told anything
11:00 arjun> /incident resolve INC-1 The rules were mended
      henrik> /incident draft INC-1 dora
      henrik hears: 3.15 how long it lasted (ddd:hh:mm): “000:05:00” · entry
      henrik hears: 4.6 how it was resolved: “The rules were mended”
      henrik hears: 4.8 when it was resolved: “2026-11-23T11:00:00Z”
      henrik does not hear: (estimate)
      ledger: incident.report-submitted x0
