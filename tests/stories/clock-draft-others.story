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
      henrik does not hear: A2 provider: “
      henrik does not hear: C3 when a causal link was established: “
      henrik does not hear: C5 persons affected: “
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
# Whoever says what they are under the AI Act is named as that, and as nothing else.
      the policy says: Elbe & Kaveri Bank", lei => Elbe & Kaveri Bank", ai_act_role = "deployer", lei
      the operator reloads
      henrik> /incident draft INC-1 ai-act
      henrik hears: B6 deployer: “Elbe & Kaveri Bank” · policy, [regulation.credit]
      henrik does not hear: A2 provider: “
