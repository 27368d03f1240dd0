# What the policy calls urgent doesn't wait for the end of quiet hours.
start: 2026-11-23 23:00

23:00 jonas> /incident open credit sev1 Cards are blocked
      @lena: INC-1 · acknowledge by ... · sev1 on credit
      @dev: INC-1 · acknowledge by ... · sev1 on credit
23:09 not @lena: is due at
23:10 @lena: INC-1 · acknowledgement is due at 23:20, 10 min left
      lena> /incident ack INC-1
      lena hears: you acknowledged it
      case INC-1: acknowledged
23:20 not @lena: acknowledgement
# What isn't urgent on the same incident still waits: nothing about a follow-up before seven.
23:21 dev> /incident followup INC-1 @lena 2h Write to the branches
      not @lena: follow-up
Tue 07:00 @lena: INC-1 · follow-up
