# A right that the policy gives to a role is that of whoever is on shift. Off shift nobody of the rota has it.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      maya> /incident open credit sev3 Scores drift
      dev> /incident ack INC-1
      lena> /incident withdraw INC-1 Not mine
      lena hears: triage
      case INC-1: acknowledged
      dev> /incident withdraw INC-1 A mistake
      case INC-1: withdrawn
