# What somebody owes stands together by case, the most urgent first, with a button for each of the first ones and who else may answer.

09:00 maya> /incident open credit sev2 Scores drift
      maya> /approval request credit Ship v7
      dev> /incident followup INC-1 @dev tomorrow 17:00 a test that fails
      dev> /sla mine
      dev hears: You owe 2 answers ... INC-1 · “Scores drift” · also Lena ... – acknowledgement by 10:00, 1 h left · /incident ack INC-1 ... – follow-up (“a test that fails”) by Tue 24 Nov 17:00
      priya> /sla mine
      priya hears: You owe 1 answer ... APR-1 · decision ... on “Ship v7” ... 0 of 2 · /approval approve APR-1 · also
      jonas> /incident open claims sev3 Claims wait
      dev> /sla mine
      dev hears: You owe 3 answers ... INC-1 · “Scores drift” · also Lena ... INC-2 · acknowledgement on “Claims wait”
      maya> /sla mine
      maya hears: You owe nothing
