# Lena is not woken at night by what can wait. Dev, who has no quiet hours, hears at once. In the morning one thing is said that is true then.
start: 2026-11-23 20:30

20:30 maya> /incident open credit sev3 A control is slow
      @lena: INC-1
22:30 @dev: INC-1 · acknowledgement is due at Tue 24 Nov 00:30, 2 h left
      not @lena: is due at
23:42 @dev: INC-1 · acknowledgement is due at Tue 24 Nov 00:30, 48 min left
Tue 00:30 @dev: INC-1 · acknowledgement is late
Tue 01:00 @arjun: INC-1 · acknowledgement is late
Tue 06:59 not @lena: is due at
      not @lena: is late
Tue 07:00 @lena x1: INC-1
      @lena: acknowledgement is still late, due 00:30, 6 h 30 min over
      not @lena: left
