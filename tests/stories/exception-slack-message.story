# An exception is raised from a message, as incidents are: its form opens with what the message says, and the card shows it.
platform: slack

09:00 maya> The November report will be late, the vendor changed the format
      jonas uses Raise exception on maya's message
      jonas hears: form exception.raise
      jonas submits: workflow = credit; class = late-report; title = The November report will be late
      jonas hears: raised
      #credit: EXC-1 · triage by
      card EXC-1: Maya ... The November report will be late, the vendor changed the format
      not card EXC-1: Jonas, 09:00
