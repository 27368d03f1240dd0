# Words in a channel are kept as evidence and obeyed only where they begin with the bot's name: not in code, not in a quote, not in passing.

09:00 maya> /incident open credit sev2 Scores drift
      dev> I will ack INC-1 in a minute, let me resolve the other thing first
      dev hears nothing
      dev> /etc/hosts is wrong again
      dev hears nothing
      dev> // approve INC-1
      dev hears nothing
      dev> please ask @countersign to resolve INC-1
      dev hears nothing
      dev>
      | ```
      | /incident resolve INC-1 done
      | @countersign resolve INC-1 done
      | ```
      dev hears nothing
      dev> `@countersign ack INC-1`
      dev hears nothing
      dev> > @countersign ack INC-1
      dev hears nothing
      dev> hello
      | @countersign ack INC-1
      dev hears nothing
      dev> @countersigned ack INC-1
      dev hears nothing
      dev> the price is $5 and {{ 7 * 7 }}
      dev hears nothing
      nobody is told anything
      case INC-1: open
      ledger: incident.acknowledged x0
      ledger: said.message x9
      transcript #credit: let me resolve the other thing first
      transcript #credit: @countersign resolve INC-1 done
      dev> @countersign ack INC-1
      case INC-1: acknowledged
