# Its people are warned of the end as long as a warning is due and not yet said: whoever raised it, shows its control, and answers for
# what is excepted from. After downtime they hear one true thing.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 3d control="a second reader" For three days
Tue 08:00 lena> /exception proof EXC-1 All read
Wed 08:00 lena> /exception proof EXC-1 All read
      nobody is told: runs out
Wed 09:00 @maya: EXC-1 · runs out Thu 26 Nov 09:00 ... control: “a second reader” (triage) ... [Renew] [Close]
      @dev: EXC-1 · runs out
      @greta: EXC-1 · runs out
      #credit: EXC-1 · runs out Thu 26 Nov 09:00
      not @arjun: runs out
      not @jonas: runs out
# The bot is down when the second one is due.
Wed 20:00 the bot stops
2026-11-26 07:30 the bot is back
      @maya: EXC-1 · runs out
      #credit x1: EXC-1 · runs out
      ledger: exception.expiry-near x2
09:00 #credit: EXC-1 · expired
