# The night on which clocks go forward has an hour less: six hours of it reach into the next night.
policy: tests/stories/zones.toml
start: 2027-03-27 23:00
zone: Europe/Berlin

Sat 23:00 jonas> /incident open triage sev2 The night batch stopped
# 00:00 to 02:00 and 03:00 to 06:00 are five hours; the sixth is Monday's first.
      duty INC-1 acknowledge: owed, due Mon 29 Mar 01:00
Mon 00:59 nobody is told: is late
Mon 01:00 @lena: INC-1 · acknowledgement is late
