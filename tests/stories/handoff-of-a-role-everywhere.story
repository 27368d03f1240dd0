# A role that is held on all workflows is briefed for each of them, also for those where nothing is open.

09:00 dev> /handoff offer role=triage to=@arjun
      arjun> /handoff briefing HOF-1
      arjun hears: Last drill: claims: none
      arjun hears: And: credit: none
      arjun hears: To know: “where the limits are set”
      dev> /handoff offer role=triage of=claims to=@sofia
      sofia> /handoff briefing HOF-2
      sofia hears: Last drill: claims: none
      sofia does not hear: credit: none
