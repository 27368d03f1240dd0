# An answer typed in the case's thread is the same command, with the same checks; the case's number is left out there.

09:00 maya> /approval request credit Ship v7
09:05 priya in thread APR-1> @countersign approve looks right
      priya hears: your approval is recorded, 1 of 2 ... It is for revision 1, SHA-256
      #credit: APR-1 · Priya approved · 1 of 2 ... looks right
      maya in thread APR-1> @countersign approve
      maya hears: You asked for this yourself, so somebody else decides. Waiting on Tomas or Anika.
      tomas> @countersign approve looks right
      tomas hears: Which approval? Name it, such as APR-1, or say it in its own thread.
      ledger: approval.voted x1
      tomas in thread APR-1> I would say approve, but let me read it
      tomas hears nothing
      ledger: approval.voted x1
      tomas in #claims> @countersign: approve APR-1 looks right
      tomas hears: approved
      case APR-1: approved
      transcript #credit: I would say approve, but let me read it
      maya> /incident open credit sev2 Scores drift
      dev in thread INC-1> @countersign ack
      case INC-1: acknowledged
      dev in thread INC-1> @countersign approve
      dev hears: approve
      case INC-1: acknowledged
