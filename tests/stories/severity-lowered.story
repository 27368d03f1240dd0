# Lowering the severity takes back no deadline that was announced.

09:00 maya> /incident open credit sev1 Scores drift
      duty INC-1 acknowledge: owed, due 09:20
      duty INC-1 contain: owed, due 11:00
      lena> /incident severity INC-1 sev3 Nobody is touched
      lena hears: sev3 now; deadlines that were announced stay
      #credit: INC-1 · sev1 → sev3, by Lena
      duty INC-1 acknowledge: owed, due 09:20
      duty INC-1 contain: owed, due 11:00
      lena> /incident severity INC-1 sev3 Nobody is touched
      lena hears: INC-1 is sev3 already. Nothing was changed.
      lena> /incident severity INC-1 sev9 What
      lena hears: “sev9” is not a severity: sev1 (the most serious) to sev4.
09:20 @dev: INC-1 · acknowledgement is late
