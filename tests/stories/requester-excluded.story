# Whoever asks doesn't decide, and isn't asked to, even with a seat in the role.

09:00 priya> /approval request credit Ship v7
      priya hears: requested; Tomas or Anika decides
      duty APR-1 decide: owed, holders tomas anika
      not @priya: asks model-risk
      priya presses Approve on APR-1
      priya hears: You asked for this yourself, so somebody else decides. Waiting on Tomas or Anika.
      priya> /approval decline APR-1 no
      priya hears: You asked for this yourself
      priya> /approval ask APR-1 why
      priya hears: You asked for this yourself
      ledger: approval.voted x0
10:00 @tomas: APR-1 · decision is due at 11:00
      not @priya: APR-1
      dev> /approval request credit Ship v8
      dev hears: asking for an approval is for product, engineering, command and model-risk
      ledger: approval.requested x1
