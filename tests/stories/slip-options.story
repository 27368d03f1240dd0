# What looks like an option and can't be taken for one is asked about: it never becomes a part of the title or of a reason, where a clock or a class would be lost with it.
not on discord: every option has a field of its own there

09:00 maya> /incident open credit sev2 Drift —class=perf.drift
      maya hears: opened as sev2
      card INC-1: Class: perf.drift
      #credit: “Drift”
      maya> /incident open credit sev2 Drift class = perf.drift
      maya hears: “class” looks like the option `class=…`
      maya> /incident open credit sev2 Drift class: perf.drift
      maya hears: “class:” looks like the option `class=…`
      maya> /incident open credit sev2 Drift clas=perf.drift
      maya hears: I don't know “clas=”. Did you mean `class=…`?
      maya> /incident open credit sev2 Drift class=perf.drift since noon
      maya hears: Write it before the text or after it. If it belongs to the text, put the text in quotes.
      ledger: incident.opened x1
      dev> /incident ack INC-1
      arjun> /incident pause INC-1 waiting on the vendor: logs duty=resolve
      duty INC-1 resolve: paused
      #credit: waiting on the vendor: logs
      not #credit: duty=resolve
      arjun> /incident resume INC-1 duty=resolve
      arjun> /incident pause INC-1 waiting on the vendor duty=resolve until noon
      arjun hears: “duty=resolve” looks like the option `duty=…`
      arjun> /incident pause INC-1 waiting on the vendor dutty=resolve
      arjun hears: I don't know “dutty=”. Did you mean `duty=…`?
      duty INC-1 resolve: owed
      ledger: duty.paused x1
# A note is kept to the letter: it has no options.
      dev> /incident note INC-1 they typed duty=resolve and class: none
      #credit: they typed duty=resolve and class: none
