# Two stages in order, another person in each, and a reason with every approval.

09:00 maya> /approval request claims Go live
      #claims: APR-1 · Maya asks model-risk to decide ... stage 1 of 2
      not @henrik: APR-1
      card APR-1: Stage 1 of 2: model-risk · 0 of 2 ... Stage 2 of 2: chief-risk or governance · 1 needed, comes later
      priya in #claims> /approval approve APR-1
      priya hears: Give a reason, as in
      ledger: approval.voted x0
      priya presses Approve on APR-1
      priya hears: form approval.approve:APR-1:1
      priya submits: reason = tested on October
      priya hears: 1 of 2
      henrik> /approval approve APR-1 fine
      henrik hears: the decision on APR-1 is for model-risk
# Henrik stands in for Anika and speaks in stage one; so he doesn't in stage two.
      anika> /approval delegate @henrik until friday 17:00 Holiday
      henrik> /approval approve APR-1 fine
      #claims: APR-1 · Henrik approved for Anika · 2 of 2
      #claims: APR-1 · Maya asks chief-risk to decide by 13:00 on “Go live” ... stage 2 of 2
      @ines: APR-1 · Maya asks chief-risk
      @greta: APR-1 · Maya asks chief-risk
      not @henrik: chief-risk
      case APR-1: requested
      henrik> /approval approve APR-1 fine again
      henrik hears: You approved an earlier stage of APR-1; another person decides this one. Waiting on Ines or Greta.
      tomas> /approval approve APR-1 me too
      tomas hears: the decision on APR-1 is for chief-risk and governance
11:00 @ines: APR-1 · decision is due at 13:00
      not @priya: is due
      greta> /approval approve APR-1 in her stead
      case APR-1: approved
      @maya: APR-1 is approved · Greta
      ledger: approval.voted x3
      ledger: approval.stage-passed x1
