# What kind of failure it was, what harm it did and what caused it is said at the opening or later, by who has a part in it, and is on record.

09:00 maya> /incident open credit sev2 Scores drift class=perf.drift harm=issue
      maya hears: opened as sev2
      card INC-1: Class: perf.drift ... Harm: issue
      not card INC-1: Cause
      maya> /incident list
      maya hears: INC-1 sev2 “Scores drift” · credit, open · perf.drift · harm issue
09:10 jonas> /incident classify INC-1 harm=event
      jonas hears: classifying the incident is for triage, command and governance.
      dev> /incident classify INC-1 harm=event harm-type=rights entity=ai intent=unintentional timing=post-deployment
      dev hears: classified: harm event, harm-type rights, entity ai, intent unintentional and timing post-deployment
      #credit: INC-1 · classification by Dev ... harm event, harm-type rights
      card INC-1: Class: perf.drift ... Harm: event · rights ... Cause: ai · unintentional · post-deployment
      dev> /incident status INC-1
      dev hears: Harm: event · rights
      dev> /incident classify INC-1 harm=event
      dev hears: INC-1 is classified so already
      dev> /incident classify INC-1 class=nonsense
      dev hears: nonsense
      dev> /incident classify INC-1
      dev hears: form incident.classify:INC-1
      dev submits: class = output.bias; harm = near-miss
      dev hears: classified: class output.bias and harm near-miss
      card INC-1: Class: output.bias ... Harm: near-miss · rights
      ledger: incident.classified x2
      dev> /incident timeline INC-1
      dev hears: Maya opened it as sev2, perf.drift, harm issue
      dev hears: Dev classified it: harm event harm-type rights entity ai
# It is often known last, so it can still be said when all is over.
      maya> /incident withdraw INC-1 It was the load test
      maya> /incident classify INC-1 harm=none
      maya hears: classified: harm none
      not #credit: perf.drift
