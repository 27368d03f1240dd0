# A specialist recommends, and that rules on nothing; whoever recommended doesn't rule.

09:00 maya> /exception raise credit one-reader Decisions without the second reader
09:05 lena> /exception triage EXC-1
      lena hears: triaged as one-reader; the recommendation is due by 11:05 from Priya, Tomas or Anika
      case EXC-1: with-specialist
      #credit: EXC-1 · recommend by 11:05 ... Waiting on @priya, @tomas or @anika (model-risk)
      greta> /exception grant EXC-1 until 2d It may go on
      greta hears: Wait for the specialist: nobody has recommended on EXC-1 yet.
      case EXC-1: with-specialist
      maya> /exception recommend EXC-1 grant I think so
      maya hears: Ask Priya, Tomas or Anika
09:30 priya> /exception recommend EXC-1 refuse The drift is too large
      priya hears: you recommend to refuse it, which rules on nothing: Greta, Henrik or Ines rules by 13:30
      #credit: EXC-1 · rule by 13:30 ... Priya recommends to refuse it, and rules on nothing ... “The drift is too large”
      card EXC-1: Priya recommends to refuse it: “The drift is too large”
      case EXC-1: in-review
      priya> /exception refuse EXC-1 As I said
      priya hears: Ask Greta, Henrik or Ines
      case EXC-1: in-review
# Who rules may see it otherwise; both stand on the card.
09:40 henrik> /exception grant EXC-1 until 1d Nobody else can read them this week
      henrik hears: granted until Tue 24 Nov 09:40
      card EXC-1: Priya recommends to refuse it: “The drift is too large” ... Henrik ruled: granted 09:40 until Tue 24 Nov 09:40: “Nobody else can read them this week”
      card EXC-1: In force: yes
