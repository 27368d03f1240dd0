# Neither a ruling nor a proof is waived: who doesn't want it refuses or closes.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      greta> /exception waive EXC-1 duty=rule-exception No time
      greta hears: /exception refuse EXC-1 why ends it: the ruling can't be waived.
      arjun> /exception grant EXC-1 until 2d control="a second reader" Two days
      greta> /exception waive EXC-1 duty=prove-control No time
      greta hears: /exception close EXC-1 why ends it: the proof of the control can't be waived.
      duty EXC-1 prove-control: owed
      ledger: duty.waived x0
