# Silence approves only where the policy says so in so many words: and then it is told loudly, as silence, to the silent and the operators.
start: 2026-11-23 22:00

22:00 maya> /approval request credit Ship v7 path=silence
22:59 case APR-1: requested
23:00 #credit: APR-1 is approved ... nobody answered in time, and the policy says that silence approves
      #ops: APR-1 is approved ... silence approves
      @priya: silence approves
      @maya: silence approves
      case APR-1: approved
      ledger: approval.voted x0
      ledger: duty.late x1
      maya> /sla redflags
      maya hears: silence
# On any other path silence approves nothing.
      maya> /approval request credit Ship v8
Tue 09:00 case APR-2: requested
