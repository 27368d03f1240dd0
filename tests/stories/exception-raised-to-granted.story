# An exception from a late report: somebody confirms what it is, somebody else grants it for a time and under a control. Until
# then, and only until the end, it is not in force.

09:00 maya> /exception raise credit late-report "November's bias report a week late" reason="the vendor changed the format" until=7d
      maya hears: raised; the triage is due by 10:00 from Dev or Lena
      #credit: EXC-1 · triage by 10:00 · exception late-report on credit: “November's bias report a week late” ... Waiting on @dev or @lena · raised by Maya ... “the vendor changed the format” ... /exception triage EXC-1
      @dev: EXC-1 · triage by 10:00
      not @arjun: EXC-1
      case EXC-1: raised
      card EXC-1: State: raised ... In force: no ... Class: late-report · a report comes later than the rule asks
      arjun> /exception grant EXC-1 until 2d It is on its way
      arjun hears: Triage it first
      priya> /exception triage EXC-1
      priya hears: Ask Dev or Lena
09:10 dev presses Triage on EXC-1
      dev hears: triaged as late-report; the ruling is due by 13:10 from Arjun or Sofia
      #credit: EXC-1 · rule by 13:10 · “November's bias report a week late” ... Waiting on @arjun or @sofia (command)
      @sofia: EXC-1 · rule by 13:10 ... [Grant] [Refuse] [Have it corrected]
      duty EXC-1 triage-exception: met
      duty EXC-1 rule-exception: owed, due 13:10, holders arjun sofia
      arjun> /exception grant EXC-1 until 2d It is on its way
      arjun hears: Say which control takes its place
09:20 arjun> /exception grant EXC-1 until 2d control="a second reader samples 20 cases" It is on its way
      arjun hears: granted until Wed 25 Nov 09:20
      #credit: EXC-1 is granted until Wed 25 Nov 09:20 · Arjun ... asked for by @maya ... “It is on its way” ... Control: “a second reader samples 20 cases” · triage shows that it works by Tue 24 Nov 09:20, then every 1 d
      @maya: EXC-1 is granted
      @dev: EXC-1 is granted
      card EXC-1: State: granted ... In force: yes, until Wed 25 Nov 09:20
      duty EXC-1 prove-control: owed, due Tue 24 Nov 09:20, holders dev lena
      maya> /exception list
      maya hears: EXC-1 “November's bias report a week late” · credit, granted · late-report · in force
# It is ruled on once: nobody grants or refuses over it.
      sofia> /exception refuse EXC-1 No
      sofia hears: Nobody asks for a renewal
      case EXC-1: granted
      ledger: exception.granted x1
