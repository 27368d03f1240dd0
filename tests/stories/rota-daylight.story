# The handoff stays at nine in Berlin when the clocks go back, so that shift is an hour longer; nothing moves at what was nine the day before.
policy: tests/stories/rota.toml
start: 2026-10-24 09:00
zone: Europe/Berlin

09:00 the policy says: zone = "UTC"\nmembers = ["dev", "lena", "arjun"] => zone = "Europe/Berlin"\nmembers = ["dev", "lena", "arjun"]
      the policy says: starts = 2026-11-23 => starts = 2026-10-24
      the operator reloads
      @dev: You are on desk now, until Sun 25 Oct 09:00
      dev> /rota start desk
Sun 08:00 not @lena: You are on
Sun 08:59 not @lena: You are on
Sun 09:00 @lena: You are on desk now, until Mon 26 Oct 09:00 ... You take over from Dev
      not @dev: You are on desk now, until Mon
