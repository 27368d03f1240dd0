# Over Thanksgiving: the organisation's own target is shorter, and the law's last moment stands beside it.
policy: tests/stories/law.toml
channel: #claims
start: 2026-11-24 15:00

15:00 maya> /incident open claims sev1 Records were taken
      dev> /incident applies INC-1 sec-8k
      dev hears: Not started: when it was determined isn't recorded
      dev> /incident moment INC-1 determined 15:00
      dev hears: sec-8k.disclosure is due by Wed 25 Nov 15:00
      card INC-1: SEC Form 8-K Item 1.05: current report on Form 8-K: target Wed 25 Nov 15:00 · by law until Tue 1 Dec 22:30
      @henrik: By law it runs out at Tue 1 Dec 22:30; no legal advice, confirm with counsel
      not @greta: sec-8k
2026-11-25 15:00 @greta: INC-1 · report to the authority (sec-8k.disclosure) is late
      not card INC-1: by law until Wed
