# While a clock is paused nothing counts down where somebody was asked; afterwards the message that asked says the new deadline.

09:00 maya> /incident open credit sev2 Scores drift
      dev> /incident ack INC-1
13:00 dev> /incident working INC-1
14:00 @arjun: INC-1 · resolution is due at 19:00
14:10 arjun> /incident pause INC-1 waiting on the vendor duty=resolve
      edited @arjun: INC-1 · resolution ... The clock is paused until 16:10 at most
      edited #credit: INC-1 · resolution ... The clock is paused until 16:10 at most
15:10 arjun> /incident resume INC-1 duty=resolve
      edited @arjun: INC-1 · resolution is due at 20:00
      not edited @arjun: paused
15:20 arjun> /incident contained INC-1 switched off
      arjun> /incident resolve INC-1 rolled back
      edited @arjun: INC-1 · resolved 15:20 by Arjun
