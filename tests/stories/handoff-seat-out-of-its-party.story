# A seat is its party's: an agreement of two brings nobody of another party into deciding, and what may hand it over is told to the operators.

09:00 maya> /approval request credit "Ship v7"
      tomas> /handoff offer role=model-risk of=credit to=@maya
      tomas hears: Ask Greta to type /handoff offer role=model-risk of=credit to=@maya from=@tomas: handing model-risk to Maya, who isn't of risk, is for governance
      tomas> /handoff leaving @tomas to @maya
      tomas hears: who isn't of risk
      ledger: handoff.offered x0
      tomas> /handoff offer role=model-risk of=credit to=@henrik
      tomas hears: offered: Henrik answers
      greta> /handoff offer role=model-risk of=credit to=@lena from=@anika
      lena> /handoff accept HOF-2 first=APR-1 next=governance
      duty APR-1 decide: owed, holders priya tomas lena
      the watchdog looks
      #ops: Somebody has to see to it: Lena has a seat of model-risk of credit and isn't of its party
      maya> /sla redflags
      maya hears: Lena has a seat of model-risk of credit and isn't of its party
