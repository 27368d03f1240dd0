# The same moment, on the clock of Berlin: its own hours, its own lunch break, its own holidays.
policy: tests/stories/zones.toml
start: 2026-12-23 16:30
zone: Europe/Berlin

Wed 16:30 jonas> /incident open triage sev3 Claims wait
# Half an hour on the 23rd; the 24th until noon is open here, the 25th is Christmas, then the weekend. 09:00 to 12:00 and 13:00 to 17:00.
      duty INC-1 acknowledge: owed, due Mon 28 Dec 12:00
Thu 09:59 nobody is told: is due
# Half of six and a half hours, that is 3 h 15 min: half an hour on Wednesday, 2 h 45 min of Thursday.
Thu 11:45 @lena: INC-1 · acknowledgement is due at Mon 28 Dec 12:00
Fri 12:00 nobody is told: INC-2
      #triage x1: is due
Mon 12:00 @lena: INC-1 · acknowledgement is late
