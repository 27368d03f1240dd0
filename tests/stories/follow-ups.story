# A follow-up has a person and a day, is nudged on the way, and outlives the incident.

09:00 maya> /incident open credit sev3 A control is slow
      dev> /incident ack INC-1
      dev> /incident followup INC-1 @lena yesterday Write it down
      dev hears: The date of a follow-up must come after now
      dev> /incident followup INC-1 @lenna 10h Write it down
      dev hears: “lenna”
      dev> /incident followup INC-1 @lena 10h Write it down
      dev hears: follow-up 1: Lena does it by 19:00. `/incident done INC-1 1` says that it is done
      #credit: INC-1 · follow-up for @lena by 19:00 ... Write it down
      @lena: INC-1 · follow-up for @lena
      @lena: Write it down ... [Done]
      card INC-1: Follow-up 1: “Write it down” · Lena by 19:00
      ledger: incident.follow-up-promised x1
13:59 nobody is told: follow-up (“Write it down”) is due
14:00 @lena: INC-1 · follow-up (“Write it down”) is due at 19:00, 5 h left
      not @dev: follow-up
14:10 arjun> /incident resolve INC-1 queue is empty
      arjun> /incident review INC-1 accept all good
      case INC-1: reviewed
17:00 @lena: INC-1 · follow-up (“Write it down”) is due at 19:00, 2 h left
19:00 @lena: INC-1 · follow-up (“Write it down”) is late
      jonas> /incident done INC-1 1
      jonas hears: Only Lena (or the lead) can do that on INC-1
      lena> /incident done INC-1 2
      lena hears: INC-1 has no follow-up 2. Open: 1.
      lena> /incident done INC-1 1
      lena hears: follow-up 1 is done
      #credit: INC-1 · follow-up done by Lena ... Write it down
      duty INC-1 follow-up: met-late
      card INC-1: Follow-up 1: “Write it down” · Lena, done 19:00
Wed 19:00 nobody is told: is still late
      lena> /incident done INC-1 1
      lena hears: was done
