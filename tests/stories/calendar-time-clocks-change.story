# Two hours are two hours, whatever the clocks on the wall do meanwhile.
policy: tests/stories/zones.toml
start: 2027-03-28 01:30
zone: Europe/Berlin

Sun 01:30 jonas> /incident open triage sev1 Payments go out twice
      duty INC-1 acknowledge: owed, due 04:30
Sun 03:29 nobody is told: is due
Sun 03:30 @lena: INC-1 · acknowledgement is due at 04:30, 1 h left
Sun 04:29 nobody is told: is late
Sun 04:30 @lena: INC-1 · acknowledgement is late
