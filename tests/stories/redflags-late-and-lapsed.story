# Breaches that are mostly one side's, and acknowledgements that nothing follows, are said with their figures. A restricted case
# counts for nobody: the answer is for everybody.

09:00 maya> /incident open credit sev1 Scores drift
      maya> /incident open credit sev1 Scores drift again
      maya> /incident open credit sev1 restricted A name in the logs
      dev> /incident ack INC-1
      dev> /incident ack INC-2
2026-11-26 09:00 greta> /sla redflags
      greta hears: acknowledgements of credit expired with no answer, the last on INC-2 ... Ask what became of INC-2
      greta hears: breaches of credit are put down to operations
      greta does not hear: INC-3
