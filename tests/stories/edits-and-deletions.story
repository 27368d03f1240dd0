# What people change or take back stays in the ledger as it was; and an edit doesn't make a command of what was none.

09:00 maya> /incident open credit sev2 Scores drift
      dev in thread INC-1> the vendor said it is our fault
      transcript #credit: the vendor said it is our fault
      dev edits: the vendor called
      transcript #credit: the vendor called
      not transcript #credit: our fault
      ledger: said.edit x1
      dev edits: @countersign ack INC-1
      dev hears nothing
      case INC-1: open
      dev deletes the message
      not transcript #credit: ack INC-1
      ledger: said.message x1
      ledger: said.edit x2
      ledger: said.deletion x1
# A command that was obeyed isn't taken back by deleting it.
      lena in thread INC-1> @countersign ack
      case INC-1: acknowledged
      lena deletes the message
      case INC-1: acknowledged
      ledger: said.deletion x2
