# Every grant ends, and no later than its class allows.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 8d control="a second reader" For long
      arjun hears: Name an end of Mon 30 Nov 09:00 or earlier: the class late-report is granted for 7 d at most
      case EXC-1: triaged
      arjun> /exception grant EXC-1 until-revoked control="a second reader" reason="For good"
      arjun hears: Say until when: exceptions of the class late-report always expire
      arjun> /exception grant EXC-1 reason="For good"
      arjun hears: form exception.grant:EXC-1
      case EXC-1: triaged
      arjun> /exception grant EXC-1 until 7d control="a second reader" For a week
      card EXC-1: In force: yes, until Mon 30 Nov 09:00
