# Who is reminded may be reminded later: that is recorded, only theirs, and moves no deadline. What is late is told all the same.

09:00 maya> /incident open credit sev2 Scores drift
09:30 @dev: acknowledgement is due at 10:00, 30 min left ... [Remind me later]
      @lena: acknowledgement is due at 10:00
09:31 dev> /incident snooze INC-1 20m
      dev hears: you are reminded again at 09:51; the deadline stays 10:00
      duty INC-1 acknowledge: owed, due 10:00
      maya> /incident timeline INC-1
      maya hears: Dev put reminders off until 09:51
09:48 @lena: acknowledgement is due at 10:00, 12 min left
      not @dev: acknowledgement
      #credit: acknowledgement is due at 10:00
09:51 @dev x1: acknowledgement is due at 10:00, 9 min left
      dev presses Remind me later in a message
      dev hears: you are reminded again at 09:55
09:55 @dev x1: acknowledgement is due at 10:00, 5 min left
10:00 @dev: acknowledgement is late
      duty INC-1 acknowledge: late, due 10:00
      dev> /incident snooze INC-1
      dev hears: What you owe on INC-1 is late or urgent
      ledger: case.snoozed x2
# Not for longer than the policy allows, not past the deadline, and not of what is urgent.
      maya> /approval request credit Ship v7
      priya> /approval snooze APR-1 90m
      priya hears: Reminders can be put off for 1 h at most
      maya> /approval snooze APR-1
      maya hears: You owe nothing on APR-1
11:30 priya> /approval snooze APR-1 45m
      priya hears: Name an earlier time: it is due at 12:00
11:35 maya> /incident open credit sev1 Cards are blocked
      dev> /incident snooze INC-2 5m
      dev hears: What you owe on INC-2 is late or urgent
# Who has answered isn't reminded.
      tomas> /approval snooze APR-1 10m
      tomas> /approval approve APR-1
11:45 not @tomas: APR-1
# The policy may do without.
      the policy says: batch_within = "0m" => batch_within = "0m"\nsnooze_at_most = "0m"
      the operator reloads
      priya> /approval snooze APR-1
      priya hears: The policy doesn't let reminders be put off
