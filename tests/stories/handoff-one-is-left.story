# A role that stands on one person once seats of it were handed over is said when it is offered, when it is accepted, and to the operators.

09:00 arjun> /handoff offer role=command to=@sofia
      arjun hears: Once it is accepted command stands on Sofia alone
      the watchdog looks
      nobody is told: Somebody has to see to it
      sofia> /handoff accept HOF-1
      sofia hears: From now on command stands on Sofia alone
      the watchdog looks
      #ops x1: Somebody has to see to it: command stands on Sofia alone since seats of it were handed over
      the watchdog looks
      not #ops: Somebody has to see to it
      maya> /sla redflags
      maya hears: stands on Sofia alone since seats of it were handed over
      priya> /handoff offer role=model-risk to=@tomas
      priya does not hear: stands on
