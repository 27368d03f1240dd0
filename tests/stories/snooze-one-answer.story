# Put off is what was owed when somebody put it off: not what is asked anew, and only until the moment that they named last.

09:00 maya> /approval request credit Ship v7
09:10 tomas> /approval snooze APR-1 55m
      tomas hears: you are reminded again at 10:05
# Another revision is another answer.
09:20 maya> /approval amend APR-1 Ship v7.1
      @tomas: revision 2
      not @tomas: is due
10:05 not @tomas: is due
10:20 @tomas: decision is due at 11:20, 1 h left
# Whoever asks to be reminded sooner is reminded then, and not a second time.
10:21 priya> /approval snooze APR-1 50m
      priya hears: you are reminded again at 11:11
10:22 priya> /approval snooze APR-1 20m
      priya hears: you are reminded again at 10:42
# What she put off says what is true, also while nobody reminds her.
10:30 tomas> /approval approve APR-1 rev=2
      edited @priya: decision is due at 11:20, 50 min left · 1 of 2
10:42 @priya x1: decision is due at 11:20, 38 min left · 1 of 2
10:56 @priya: decision is due at 11:20, 24 min left
11:10 maya> /sla status
11:11 not @priya: is due
