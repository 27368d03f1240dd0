# The night on which clocks go back has an hour more, and the night on which they go forward an hour less. Business time counts real hours.
policy: tests/stories/zones.toml
start: 2026-10-24 23:00
zone: Europe/Berlin

# Six hours of a night shift that is open from 00:00 to 06:00. 02:00 comes twice on the 25th, so it is over at 05:00.
Sat 23:00 jonas> /incident open triage sev2 The night batch stopped
      duty INC-1 acknowledge: owed, due Sun 25 Oct 05:00
# Half of six hours: 00:00, 01:00, 02:00, and 02:00 again.
Sun 05:00 @lena: INC-1 · acknowledgement is late
      ledger: duty.late x1
