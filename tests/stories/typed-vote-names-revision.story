# Nobody approves by habit what was changed under them: once there is a second revision, who types says which one they read.
09:00 maya> /approval request credit "Ship v7" action="deploy v7"
      @priya: APR-1 · Maya asks model-risk ... deploy v7 ... Revision 1 · SHA-256 ... If it isn’t decided by 11:00 ... [Approve] [Decline]
09:10 maya> /approval amend APR-1 `deploy v8 --all`
      @priya: APR-1 · decide again by ... Maya changed the action, revision 2 stands now ... deploy v8 --all ... Revision 2
      priya> /approval approve APR-1 looks right
      priya hears: Read it again with ... /approval approve APR-1 rev=2 ... APR-1 was changed, and revision 2 stands now
      ledger: approval.voted x0
      priya> /approval approve APR-1 rev=1
      priya hears: changed
      ledger: approval.voted x0
      priya> /approval approve APR-1 rev=2 looks right
      priya hears: your approval is recorded, 1 of 2 ... It is for revision 2, SHA-256
      ledger: approval.voted x1
