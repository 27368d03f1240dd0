# The drafts for the AI Act and the GDPR are filled from the same facts; what was told to others stands in them.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev1 Wrong dosage aware=08:00 class=data.leak
      dev> /incident classify INC-1 harm=event
      dev> /incident classify INC-1 harm-type=health
      dev> /incident applies INC-1 gdpr-33
      henrik> /incident submitted INC-1 gdpr-33 DPA-77
      henrik> /incident draft INC-1 ai-act
      henrik hears: A1 kind of report: “initial”
      henrik hears: B1 AI system: “AI system: Credit scoring (credit)” · policy
      henrik hears: C2 when provider or deployer became aware: “2026-11-23T08:00:00Z”
      henrik hears: C4 which limb of Art. 3(49): “harm event, harm-type health”
      henrik hears: E1 other notifications (GDPR, NIS2, DORA, MDR): “gdpr-33.notification DPA-77 (2026-11-23 09:00 UTC)”
      henrik does not hear: A3 authorised representative: “
      henrik> /incident draft INC-1 gdpr
      henrik hears: 0.1 kind of notification: “follow-up”
      henrik does not hear: DPA-77
      henrik> /incident draft INC-1 nis2
      henrik hears: not one of dora, ai-act or gdpr
      nobody is told anything
