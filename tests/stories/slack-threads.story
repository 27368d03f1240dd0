# Slack takes no slash command in a thread, so a line that is to be typed there mentions the bot, and elsewhere it has a slash.
platform: slack

09:00 maya> /incident open credit sev2 Scores drift
      #credit: INC-1 · acknowledge by ... · sev2 on credit ... @countersign incident ack INC-1
      @dev: INC-1 · acknowledge by ... · sev2 on credit ... /incident ack INC-1
      not @dev: @countersign
# What was told in the thread can be said there. So can what is answered there, also to a button's press.
09:05 dev in thread INC-1> @countersign sla mine
      dev hears: acknowledgement on “Scores drift” by 10:00 ... @countersign incident ack INC-1
      dev presses Acknowledge in the answer
      dev hears: you acknowledged it; the lead seat is empty: `@countersign incident role INC-1 lead` takes it
      dev in thread INC-1> @countersign incident role INC-1 lead
      dev hears: the lead seat is yours
# The same refusal: said in the thread, and typed in the channel.
      lena in thread INC-1> @countersign ack
      lena hears: INC-1 is acknowledged already (Dev, 09:05). `@countersign incident update INC-1 …` says how it stands.
      lena> /incident ack INC-1
      lena hears: INC-1 is acknowledged already (Dev, 09:05). `/incident update INC-1 …` says how it stands.
