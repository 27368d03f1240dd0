# A message is pinned as evidence, with its own author and moment, and why. It may have been said of no case; nobody pins what they can't see.

09:00 maya> /incident open credit sev2 Scores drift
      ravi in thread INC-1> the vendor agreed to roll back
      dev> /evidence pin {ravi's message} because It says who agreed
      dev hears: INC-1 · pinned as evidence
      ledger: case.kept x1
      dev> /incident timeline INC-1
      dev hears: Dev pinned what Ravi said at 09:00: “the vendor agreed to roll back” · because “It says who agreed”
# Once.
      lena> /evidence pin {ravi's message} because I saw it too
      lena hears: That message is pinned on INC-1 already
      ledger: case.kept x1
# What was said of no case belongs to the one that is named.
09:10 jonas> the nightly batch looks odd
      dev> /evidence pin {jonas's message} because It was seen before
      dev hears: That message was said of no case. Name the one that it belongs to: ... evidence pin … of=INC-1
      ledger: case.kept x1
      dev> /evidence pin {jonas's message} of=INC-1 because It was seen before
      ledger: case.kept x2
# Somebody who isn't in a restricted case finds no message in it; whoever is doesn't carry it out of there.
09:20 maya> /incident open credit sev2 Salary data restricted=yes
      #inc-2: INC-2 · acknowledge by
      maya in #inc-2> the file had all salaries
      jonas> /evidence pin {maya's message} of=INC-1 because Curious
      jonas hears: There is no such message that you can see here
      maya> /evidence pin {maya's message} of=INC-1 because It belongs together
      maya hears: That message is seen by the people of INC-2 alone, so it can be pinned on INC-2 only.
      ledger: case.kept x2
      maya> /evidence pin {maya's message} because It says what was in it
      ledger: case.kept x3
# Nor what was deleted, or what is no message at all.
      elena> never mind
      elena deletes the message
      dev> /evidence pin {elena's message} of=INC-1 because She said it
      dev hears: There is no such message that you can see here
      dev> /evidence pin https://example.org/ of=INC-1 because Why not
      dev hears: That is no link to a message
      ledger: case.kept x3
