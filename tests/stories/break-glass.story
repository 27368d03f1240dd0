# In an emergency an allowed role approves alone: with a reason, loudly, and somebody else reviews it afterwards.
start: 2026-11-23 23:00

23:00 maya> /approval request credit Ship the fix
      jonas> /approval breakglass APR-1 customers are refused
      jonas hears: Ask Arjun or Sofia: breaking the glass on APR-1 is for command.
      maya> /approval breakglass APR-1 customers are refused
      maya hears: You asked for this yourself, so somebody else decides. Waiting on Arjun or Sofia.
      arjun in thread APR-1> @countersign break glass
      arjun hears: “reason” is missing
      case APR-1: requested
      ledger: approval.glass-broken x0
      arjun> /approval breakglass APR-1 customers are being refused right now
      arjun hears: approved by you alone. Everybody on the path was told, and Henrik or Ines reviews it afterwards
      #credit: APR-1 · BREAK-GLASS ... Arjun (command) approved alone ... customers are being refused right now
      #ops: APR-1 · BREAK-GLASS
      @priya: BREAK-GLASS
      @maya: BREAK-GLASS
      @henrik: BREAK-GLASS
      @sofia: BREAK-GLASS
      not @arjun: BREAK-GLASS
      case APR-1: approved
      card APR-1: Break-glass by Arjun (command)
      duty APR-1 decide: void
      duty APR-1 review-break-glass: owed, due Tue 24 Nov 23:00, holders henrik ines
Tue 11:00 @henrik: APR-1 · break-glass review is due at 23:00
      arjun> /approval glass-review APR-1 it was right
      arjun hears: Only Henrik or Ines can do that on APR-1
      priya> /approval glass-review APR-1 it was right
      priya hears: the break-glass review on APR-1 is for chief-risk
      ines> /approval glass-review APR-1 Justified; the on-call list was out of date
      ines hears: your review is recorded
      #credit: APR-1 · break-glass review by Ines
      card APR-1: reviewed by Ines
      duty APR-1 review-break-glass: met
# Where the path names nobody for it, nobody may.
      maya> /approval request credit Another path=silence
      arjun> /approval breakglass APR-2 hurry
      arjun hears: Path silence allows nobody to break the glass.
      case APR-2: requested
