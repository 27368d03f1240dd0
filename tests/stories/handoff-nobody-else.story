# What has no other holder is named, so that nobody goes with it unseen.

09:00 greta> /handoff leaving @greta to @sofia reason="leaves on Friday"
      greta hears: Nobody else holds governance
      card HOF-1: 1. the role governance · nobody else holds it
      maya> /incident open credit sev2 Wrong limits
      arjun> /handoff leaving @arjun to @lena
      arjun hears: offered: Lena answers by 11:00. Until then you hold everything
      not card HOF-2: nobody else holds it
      sofia> /handoff accept HOF-1
      case HOF-1: accepted
      greta> /incident waive INC-1 duty=acknowledge Not needed
      greta hears: Ask Sofia
      sofia> /incident waive INC-1 duty=acknowledge Not needed
      sofia hears: is waived
