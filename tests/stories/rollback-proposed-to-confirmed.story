# A rollback from its proposal to its end: the criteria looked at, the other way out compared, every party's go, somebody else who
# authorises, the evidence sealed, the steps in order, and what is left afterwards. Nobody confirms before all of it is answered.

09:00 maya> /rollback propose credit from=v7 to=v6 "Customers from Pune are scored too low"
      maya hears: proposed; Arjun, Sofia or Greta authorises by 09:20
      #credit: RBK-1 · authorise by 09:20 · roll-back of credit, from v7 to v6: “Customers from Pune are scored too low” ... Waiting on @arjun, @sofia or @greta · proposed by Maya ... /rollback authorise RBK-1
      @arjun: RBK-1 · authorise by 09:20 ... [Authorise] [Refuse]
      @jonas: RBK-1 · go or no-go of product by 09:20
      @ravi: RBK-1 · go or no-go of engineering by 09:20 ... [Go] [No-go]
      not #credit: DRILL
      case RBK-1: proposed
      card RBK-1: State: proposed ... Kind: live · roll-back
      arjun> /rollback authorise RBK-1 v6 is known to be good
      arjun hears: Look at every criterion first, /rollback tick RBK-1 1 yes
      dev> /rollback tick RBK-1 1 yes Twelve complaints since nine
      dev hears: criterion 1, “wrong decisions reach customers”: met; 1 of 2 still open
      dev> /rollback tick RBK-1 2 yes
      arjun> /rollback authorise RBK-1 v6 is known to be good
      arjun hears: Compare it with the other ways out first: /rollback compare RBK-1 contain
      dev> /rollback compare RBK-1 contain decides=command takes=20m undone="a backlog of cases" People can't read them all
      maya> /rollback authorise RBK-1 It is urgent
      maya hears: Ask Arjun, Sofia or Greta
09:10 arjun> /rollback authorise RBK-1 v6 is known to be good
      arjun hears: authorised; it doesn't start without the go of product and engineering
      #credit: RBK-1 is authorised · Arjun
      dev> /rollback start RBK-1
      dev hears: silence is never go
      case RBK-1: authorised
      jonas presses Go on RBK-1
      ravi> /rollback go RBK-1
      ravi hears: every party says go
09:20 dev> /rollback start RBK-1
      dev hears: is sealed, and it runs; Ravi or Elena does step 1 of 2 by 09:50
      #credit: RBK-1 is running · started by Dev ... the evidence is sealed
      card RBK-1: Evidence sealed: 09:20
      ledger: rollback.evidence-sealed x1
      duty RBK-1 do-step: owed, due 09:50, holders ravi elena
      @dev: RBK-1 · answer on what is in flight
09:30 ravi> /rollback done RBK-1 All traffic is on v6
      @arjun: RBK-1 · no way back after step 2 of 2 · agree by 09:50
      dev> /rollback done RBK-1
      dev hears: /rollback agree-point RBK-1 … comes first
      greta> /rollback agree-point RBK-1 The copy is checked
      dev> /rollback done RBK-1
      dev hears: its steps are over
      dev> /rollback confirm RBK-1 recovered It works
      dev hears: Wait until the rest is answered
      case RBK-1: running
      dev> /rollback in-flight RBK-1 drained 41 calls
      maya> /rollback downstream RBK-1 yes Ten postings read
      ravi> /rollback downstream RBK-1 yes Letters are right
      dev> /rollback look-back RBK-1 from=08:00 to=09:20 count=1250 Table decisions, model = v7
      @maya: RBK-1 · answer to the look-back of ledger
      maya> /rollback looked-at RBK-1 All of them are scored again tonight
      ravi> /rollback looked-at RBK-1 Letters are written again
      dev> /rollback source RBK-1 yes Alias champion is v6, main is reverted
      @dev: RBK-1 · confirmation by 10:30
10:00 dev> /rollback confirm RBK-1 recovered Scores of Pune are as last month
      dev hears: confirmed, recovered, 1 h after it was asked for. Changes of credit are held for 1 d
      #credit: RBK-1 is confirmed: recovered · Dev ... within the target of 2 h
      #credit: Changes of credit are held until Tue 24 Nov 10:00
      card RBK-1: State: confirmed · recovered ... Measured: authorised after 10 min · first effect after 30 min · confirmed after 1 h · target 2 h
      case RBK-1: confirmed
      maya> /rollback list all
      maya hears: RBK-1 “Customers from Pune are scored too low” · credit, confirmed · live · roll-back · recovered
      maya does not hear: drill
