# A drill is told apart from the real thing in every line: its title, its card, the list and the digest.

09:00 maya> /rollback drill credit from=v7 to=v6 "Quarterly drill" scenario="scores drift" announced
      maya hears: a drill is called; Arjun, Sofia or Greta authorises by 09:20
      #credit: DRILL · RBK-1 · authorise by 09:20
      @jonas: DRILL · RBK-1 · go or no-go
      card RBK-1: Kind: drill, announced · roll-back
      dev> /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 2 yes
      dev> /rollback compare RBK-1 contain Not this time
      jonas> /rollback go RBK-1
      ravi> /rollback go RBK-1
      arjun> /rollback authorise RBK-1 Go ahead
      #credit: DRILL · RBK-1 is authorised
09:10 dev> /rollback start RBK-1
      #credit: DRILL · RBK-1 · step 1 of 2
      ravi> /rollback done RBK-1
      arjun> /rollback agree-point RBK-1 It is a copy
      dev> /rollback done RBK-1
      dev> /rollback in-flight RBK-1 stopped Nothing was
      maya> /rollback downstream RBK-1 yes Fine
      ravi> /rollback downstream RBK-1 yes Fine
      dev> /rollback look-back RBK-1 from=08:00 to=09:00 count=0 None
      dev> /rollback source RBK-1 yes Nothing leads back
      dev> /rollback confirm RBK-1 recovered As planned
      #credit: DRILL · RBK-1 is confirmed: recovered
      not #credit: Changes of credit are held
      maya> /rollback list all
      maya hears: RBK-1 “DRILL: Quarterly drill” · credit, confirmed · drill · roll-back · recovered
Tue 09:00 maya> /sla digest 2026-11-23..2026-11-23
      maya hears: rollbacks: drills asked for 1, drills authorised 1, drills with a first effect 1 (10 min in all), drills recovered 1 (10 min in all), drills within the target 1
      maya does not hear: live
