# A moment is read whole, with its zone, or asked about: no part of it is left to the words that follow.
not on discord: a moment has a field of its own there

09:00 maya> /incident open credit sev3 Scores drift occurred=08:05 UTC
      card INC-1: occurred 08:05 (Maya)
      #credit: “Scores drift”
      dev> /incident ack INC-1
      dev> /incident followup INC-1 @lena 17:00 Europe/Berlin Send the report
      dev hears: follow-up 1: Lena does it by 16:00
      #credit: Send the report
      dev> /incident followup INC-1 @lena today at 5 p.m. Call the vendor
      dev hears: follow-up 2: Lena does it by 17:00
      dev> /incident followup INC-1 @lena in 1 d 2 h 30 min Look again
      dev hears: follow-up 3: Lena does it by Tue 24 Nov 11:30
      dev> /incident followup INC-1 @lena tomorrow at 8 Send it
      dev hears: I can read “tomorrow” as a time, but not with “at 8” after it.
      dev> /incident followup INC-1 @lena 17:00 IST Send it
      dev hears: I can't tell which clock “IST” is, or it isn't in force then. Write the offset or the city, such as `17:00 +05:30` or `17:00 Europe/Berlin`.
      dev> /incident followup INC-1 @lena next friday Send it
      dev hears: “next friday” can be this week's or the week after's. Write the day
      maya> /incident open credit sev3 Odd answers occurred=yesterday at 11
      maya hears: not with “at 11” after it
      ledger: incident.opened x1
      ledger: incident.follow-up-promised x3
