# Whoever leaves hands over what they took over on one workflow as well; of shifts that don't go along they read which, and what to type.
policy: tests/stories/rota.toml

09:00 sofia> /handoff offer role=command of=credit to=@arjun
      arjun> /handoff accept HOF-1
      case HOF-1: accepted
      arjun> /handoff leaving @arjun to @greta
      arjun hears: Arjun's shifts of desk, the next from Wed 25 Nov 09:00, stay: only who takes turns can take one, with ... handoff offer shift=desk to=@dev, and the policy puts Arjun on until [rotas.desk] in it names somebody else
      card HOF-2: 1. the role command of credit
      not card HOF-2: the shift of desk
      greta> /handoff accept HOF-2
      case HOF-2: accepted
      arjun> /handoff leaving @arjun to @dev
      arjun hears: Of desk only one shift goes along
      card HOF-3: 1. the shift of desk
      not card HOF-3: the role command
