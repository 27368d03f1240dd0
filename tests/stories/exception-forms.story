# Everything goes by form as well; what is missing in a line is asked for by one.

09:00 maya> /exception raise credit
      maya hears: form exception.raise: workflow=credit
      maya submits: class = late-report; title = The report comes late; reason = The vendor
      maya hears: raised
      case EXC-1: raised
      maya> /exception raise credit class=no-such The report
      maya hears: There is no class of exceptions “no-such” in the policy
      not #credit: EXC-2
      dev> /exception triage EXC-1
      arjun presses Grant on EXC-1
      arjun hears: form exception.grant:EXC-1
      arjun submits: until = 2026-11-24T09:00:00Z; reason = A day; control = A second reader
      arjun hears: granted until Tue 24 Nov 09:00
      case EXC-1: granted
      arjun> /exception grant EXC-1 until 2d every=soon Longer
      arjun hears: “soon” is not a span of time such as 7d or 12h.
      ledger: exception.renewed x0
