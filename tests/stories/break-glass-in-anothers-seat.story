# Who breaks the glass while standing in for somebody does it in that person's seat: both are named, and neither reviews it.

09:00 the policy says: break_glass = ["command"] => break_glass = ["chief-risk"]
      the operator reloads
      operator hears: is in force
      henrik> /approval delegate @dev until friday 17:00 Holiday
      maya> /approval request credit Ship the fix
      dev> /approval breakglass APR-1 customers are being refused right now
      dev hears: approved by you alone
      #credit: APR-1 · BREAK-GLASS ... Dev for Henrik (chief-risk) approved alone
      card APR-1: Break-glass by Dev for Henrik (chief-risk)
      duty APR-1 review-break-glass: owed, holders ines
      maya> /approval timeline APR-1
      maya hears: Break-glass by Dev for Henrik (chief-risk)
      henrik> /approval undelegate 1
      duty APR-1 review-break-glass: owed, holders ines
      henrik> /approval glass-review APR-1 it was right
      henrik hears: Only Ines can do that on APR-1
      ines> /approval glass-review APR-1 Justified
      ines hears: your review is recorded
# Who breaks it in a seat of their own stands in for nobody.
      maya> /approval request credit Ship another
      ines> /approval breakglass APR-2 they still are
      #credit: APR-2 · BREAK-GLASS ... Ines (chief-risk) approved alone
      duty APR-2 review-break-glass: owed, holders henrik
