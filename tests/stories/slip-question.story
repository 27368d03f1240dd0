# A keyword with a question mark is a question and never a vote; what people say for a vote, such as lgtm, gets the word that is one.
not on discord: a vote is a command with fields there

09:00 maya> /approval request credit Ship v7
      priya in thread APR-1> @countersign approve?
      priya hears: With a question mark that is a question, so nothing was done. `@countersign approval approve` without it counts; a reason may stand in quotes.
      priya in thread APR-1> @countersign approve ? who asked for this
      priya hears: so nothing was done
      priya in thread APR-1> @countersign approve …?
      priya hears: so nothing was done
      priya in thread APR-1> @countersign approve who asked for this?
      priya hears: so nothing was done
      priya> @countersign approve APR-1?
      priya hears: so nothing was done
      priya in thread APR-1> @countersign approved
      priya hears: “approved” is no vote, so nothing was done. To vote, type `@countersign approval approve`.
      priya in thread APR-1> @countersign denied
      priya hears: “denied” is no vote, so nothing was done. To vote, type `@countersign approval decline`.
      priya in thread APR-1> @countersign lgtm
      priya hears: To vote, type `@countersign approval approve`
      priya in thread APR-1> @countersign 👍
      priya hears: To vote, type `@countersign approval approve`
      ledger: approval.voted x0
      priya in thread APR-1> @countersign status?
      priya hears: Ship v7
      priya in thread APR-1> @countersign ask Who asked for this?
      #credit: Who asked for this?
      maya in thread APR-1> @countersign answer I did
      priya in thread APR-1> @countersign approve "why not? it is tested"
      priya hears: your approval is recorded, 1 of 2 ... It is for revision 1, SHA-256
      ledger: approval.voted x1
