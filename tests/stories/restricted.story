# A restricted incident doesn't exist for anybody but its own people: not in lists, statuses, timelines, digests, nor as a channel.

09:00 maya> /incident open credit sev2 Insider at the cards desk restricted=yes
      maya hears: opened as sev2
      not #credit: INC-1
      not #credit: Insider
      #inc-1: INC-1 · acknowledge by ... · sev2 on credit: “Insider at the cards desk”
      @dev: INC-1
      card INC-1: Restricted: only its people see it
      maya sees #inc-1
      dev sees #inc-1
      arjun sees #inc-1
      jonas does not see #inc-1
      greta does not see #inc-1
      jonas> /incident list
      jonas hears: No incidents · open
      jonas> /incident status INC-1
      jonas hears: I can't find INC-1.
      jonas does not hear: Insider
      jonas> /incident timeline INC-1
      jonas hears: I can't find INC-1.
      jonas> /incident note INC-1 what is this
      jonas hears: I can't find INC-1.
      jonas> /incident review INC-1
      jonas hears: I can't find INC-1.
      jonas> /incident invite INC-1 @jonas
      jonas hears: I can't find INC-1.
      jonas> /incident ack INC-1
      jonas hears: I can't find INC-1.
      jonas> /sla status
      jonas does not hear: credit · 1 incident
      jonas> /sla digest
      jonas does not hear: Insider
      jonas does not hear: INC-1
      greta> /sla mine
      greta does not hear: INC-1
      ledger: case.noted x0
      ledger: case.invited x0
# Its own people have it whole, and may let somebody in.
      dev> /incident list
      dev hears: INC-1
      dev in #inc-1> /incident ack
      case INC-1: acknowledged
      #inc-1: INC-1 is acknowledged · Dev
      not #credit: INC-1
      maya> /incident invite INC-1 @jonas
      @jonas: INC-1 · Maya invited Jonas
      jonas sees #inc-1
      jonas> /incident status INC-1
      jonas hears: Insider at the cards desk
# It can't be merged into something that more people read, and nothing is merged into it.
      maya> /incident open credit sev3 Gossip
      maya> /incident merge INC-1 INC-2
      maya hears: a restricted incident can't be merged
      jonas> /incident open credit sev4 More gossip
      jonas> /incident merge INC-3 INC-1
      jonas hears: I can't find INC-1.
      case INC-3: open
# Nor does a merge tell of one that is over.
      maya> /incident open credit sev4 Nothing after all restricted=yes
      maya> /incident withdraw INC-4 a drill
      case INC-4: withdrawn
      jonas> /incident merge INC-3 INC-4
      jonas hears: I can't find INC-4.
      case INC-3: open
# The next role of the ladder sees it once it is called.
20:00 @greta: INC-1 · resolution is late
      greta sees #inc-1
      not #credit: INC-1
# Nor does the answer to any other command tell whether there is one.
      ravi> /approval request credit Ship v9
      ravi> /approval supersede APR-1 by INC-1
      ravi hears: I can't find INC-1.
      ravi> /approval supersede APR-1 by INC-77
      ravi hears: I can't find INC-77.
      case APR-1: requested
