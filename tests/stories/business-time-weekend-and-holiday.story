# Nine working hours of Mumbai, asked for on a Friday afternoon: the weekend and Tuesday's holiday don't count, and nobody is nudged on them.
policy: tests/stories/zones.toml
start: 2026-11-20 17:30
zone: Asia/Kolkata

Fri 17:30 maya> /incident open scoring sev3 A control is slow
# One hour on Friday until half past six, eight on Monday from half past nine.
      maya hears: Dev acknowledges it by Mon 23 Nov 17:30
      duty INC-1 acknowledge: owed, due Mon 23 Nov 17:30
Sat 12:00 nobody is told: is due
Mon 12:59 nobody is told: is due
# Half of nine hours: Friday 17:30 and 1 h + 3 h 30 min of Monday.
Mon 13:00 @dev: INC-1 · acknowledgement is due at 17:30, 4 h 30 min left
Mon 17:30 #credit: INC-1 · acknowledgement is late
# It escalates two working hours later: one on Monday evening, Tuesday is Guru Nanak Jayanti, one on Wednesday morning.
Tue 15:00 not @arjun: INC-1
Wed 10:29 not @arjun: INC-1
Wed 10:30 @arjun: INC-1 · acknowledgement is late
