# A slip of the thumb isn't for ever: while its stage is open, an approval can be taken back by whoever gave it, and the ledger has both.
09:00 maya> /approval request credit "Ship v7"
      priya presses Approve on APR-1
      priya hears: It is for revision 1
      card APR-1: Decides: model-risk · 1 of 2
      priya> /approval approve APR-1
      priya hears: have answered APR-1 already. Your answer stands. While its stage is open, `/approval take-back APR-1` takes it back
      tomas> /approval take-back APR-1
      tomas hears: have given no approval on APR-1
      priya> /approval take-back APR-1
      priya hears: your approval is taken back, 0 of 2; waiting on Priya, Tomas or Anika
      #credit: APR-1 · Priya took their approval back · 0 of 2
      card APR-1: Decides: model-risk · 0 of 2
      ledger: approval.voted x1
      ledger: approval.vote-taken-back x1
      tomas presses Approve on APR-1
      anika presses Approve on APR-1
      case APR-1: approved
      anika> /approval take-back APR-1
      anika hears: approved already
