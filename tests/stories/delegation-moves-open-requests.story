# Somebody stands in: what is open moves at once, the clock keeps running, and at its end it moves back.

09:00 maya> /approval request credit Ship v7
09:10 tomas> /approval delegate @henrik until 10:30 Dentist
      tomas hears: Delegation no. 1: Henrik stands in for Tomas, everything they hold. End it with `/approval undelegate 1`
      @henrik: @henrik stands in for Tomas from 09:10 to 10:30
      @henrik: APR-1 · decision ... by 11:00 is now with @henrik
      #credit: APR-1 · decision ... it was with Tomas; the deadline stays
      duty APR-1 decide: owed, due 11:00, holders priya henrik anika
      tomas> /approval approve APR-1
      tomas hears: Ask Priya, Henrik or Anika
      henrik dm> /sla mine
      henrik hears: APR-1 · decision
      tomas dm> /sla mine
      tomas hears: You owe nothing
10:00 @henrik: APR-1 · decision is due at 11:00
      not @tomas: is due at
10:10 henrik> /approval approve APR-1 checked the report
      #credit: APR-1 · Henrik approved for Tomas · 1 of 2
      card APR-1: Henrik approved for Tomas in stage 1: “checked the report”
# The seat has answered: Tomas, back again, has no second answer.
10:30 @tomas: Tomas answers again; @henrik no longer stands in
      @henrik: no longer stands in
      not @tomas: APR-1
      tomas> /approval approve APR-1
      tomas hears: Henrik answered APR-1 in your seat while standing in for you. That answer stands.
      henrik> /approval approve APR-1
      henrik hears: You have answered APR-1 already. Your answer stands.
      case APR-1: requested
10:40 anika> /approval approve APR-1
      case APR-1: approved
      ledger: approval.voted x2
