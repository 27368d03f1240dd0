# The proof of the control is missing when it is due: the exception is out of force at once and says so. Only a ruling lifts that.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 4d control="a second reader" For four days
21:00 @dev: EXC-1 · proof of the control is due
Tue 08:59 not #credit: suspended
      card EXC-1: In force: yes
Tue 09:00 #credit: EXC-1 · suspended, not in force any more · the proof of its control is missing
      @maya: EXC-1 · suspended
      @arjun: EXC-1 · suspended
      @dev: EXC-1 · suspended
      @greta: EXC-1 · suspended
      not @jonas: suspended
      card EXC-1: State: suspended ... In force: no
      duty EXC-1 prove-control: late
      maya> /exception list
      maya does not hear: in force
      arjun> /exception lift EXC-1 It will do
      arjun hears: Have its control shown first
      case EXC-1: suspended
09:10 dev> /exception proof EXC-1 20 read, none wrong
      dev hears: It stays suspended until somebody who rules on it lifts that
      @arjun: EXC-1 · Dev showed that the control works ... [Lift suspension]
      card EXC-1: In force: no
      maya> /exception lift EXC-1 It works
      maya hears: Ask Arjun or Sofia
09:20 sofia> /exception lift EXC-1 It works again
      #credit: EXC-1 · in force again: Sofia lifted the suspension · next proof by Wed 25 Nov 09:20
      card EXC-1: State: granted ... In force: yes, until Fri 27 Nov 09:00
