# The story of an incident is told in its thread: decisions, notes, links. People know these words under several names.

09:00 maya> /incident declare credit sev2 Scores drift
      dev> /incident acknowledge INC-1
      case INC-1: acknowledged
      jonas> /incident note INC-1 a customer called
      #credit: INC-1 · note by Jonas ... a customer called
      arjun> /incident decide INC-1 v6 stays until Monday
      #credit: INC-1 · decision by Arjun ... v6 stays until Monday
      dev> /incident link INC-1 https://wiki.example/runbook Runbook
      #credit: INC-1 · link by Dev ... Runbook https://wiki.example/runbook
      dev in thread INC-1> @countersign note in the thread the number is left out
      #credit: in the thread the number is left out
      arjun> /incident fixed INC-1 back-filled
      case INC-1: resolved
      ledger: case.noted x2
      ledger: incident.decided x1
      ledger: case.linked x1
      arjun> /incident note INC-1
      ledger: case.noted x2
      arjun> /approval note INC-1 the wrong root, the right case
      ledger: case.noted x3
