# Somebody calls a role in, now: the role is told at any hour, owes an answer, and it escalates if none comes.
start: 2026-11-23 23:00

23:00 maya> /incident open credit sev3 A control is slow
      not @greta: INC-1
      maya> /incident page INC-1 governence Nobody else may stop the batch
      maya hears: Did you mean `governance`
      ledger: incident.paged x0
      maya> /incident escalate INC-1 governance Nobody else may stop the batch
      maya hears: paged Greta, who answers by 23:10
      @greta: INC-1 · answer by 23:10, @greta: governance is paged ... Maya: “Nobody else may stop the batch”
      #credit: governance is paged
      not @henrik: INC-1
23:04 jonas> /incident here INC-1
      jonas hears: Ask Greta: the answer to the page on INC-1 is for governance
      greta presses I'm here in a message
      greta hears: your answer to the page is told
      #credit: INC-1 · page answered by Greta
      duty INC-1 answer-page: met
23:10 nobody is told: answer to the page
# Quiet hours don't count for a page; without an answer the next role hears.
      maya> /incident page INC-1 triage The batch runs again
      @lena: INC-1 · answer by ... triage is paged
23:20 @lena: INC-1 · answer to the page ... is late
      @arjun: INC-1 · answer to the page ... is late
      duty INC-1 answer-page: late, due 23:20
# Acknowledging it answers the page as well.
23:22 lena> /incident ack INC-1
      duty INC-1 answer-page: met-late
Tue 01:00 nobody is told: answer to the page
      maya> /incident here INC-1
      maya hears: Nobody owes the answer to the page on INC-1 now.
