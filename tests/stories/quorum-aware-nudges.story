# One of two has approved: only the others are nudged, and they are told how far it is.

09:00 maya> /approval request credit Ship v7
      maya hears: requested; Priya, Tomas or Anika decides by 11:00
      #credit: APR-1 · Maya asks model-risk to decide by 11:00 on “Ship v7”
      @priya: APR-1 · Maya asks model-risk to decide ... 2 of these 3 must approve: @priya, @tomas and @anika ... [Approve] [Decline] [Ask a question]
      @tomas: APR-1
      @anika: APR-1
      not @maya: APR-1
      not @greta: APR-1
09:20 priya presses Approve on APR-1
      priya hears: your approval is recorded, 1 of 2; waiting on Tomas or Anika. It is for revision 1, SHA-256
      #credit: APR-1 · Priya approved · 1 of 2 ... Waiting on @tomas or @anika
      not @maya: is approved
      card APR-1: Decides: model-risk · 1 of 2
      case APR-1: requested
10:00 @tomas: APR-1 · decision is due at 11:00, 1 h left · 1 of 2
      @anika: APR-1 · decision is due at 11:00, 1 h left · 1 of 2
      not @priya: APR-1
10:35 not @tomas: 24 min left
10:36 @tomas: APR-1 · decision is due at 11:00, 24 min left · 1 of 2
      not @priya: APR-1
# The quorum is met: nobody is nudged any more.
10:40 tomas presses Approve in a message
      tomas hears: approved
      @maya: APR-1 is approved · Tomas
      #credit: APR-1 is approved · Tomas ... after 1 h 40 min
      case APR-1: approved
      duty APR-1 decide: met, votes 2
15:00 nobody is told: is due at
      nobody is told: is late
      not @anika: APR-1
      ledger: approval.voted x2
      ledger: duty.nudged x2
