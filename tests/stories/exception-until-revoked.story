# Without an end only by the authority that the class names; and whoever may rule can end it.

09:00 maya> /exception raise credit one-reader Decisions without the second reader
      dev> /exception triage EXC-1
      tomas> /exception recommend EXC-1 grant It is small
      greta> /exception grant EXC-1 until-revoked reason="For good"
      greta hears: granting an exception without an end is for chief-risk
      case EXC-1: in-review
      ines> /exception grant EXC-1 until-revoked reason="For good"
      #credit: EXC-1 is granted until somebody revokes it · Ines
      card EXC-1: In force: yes, until somebody revokes it
2027-06-01 09:00 maya> /exception status EXC-1
      maya hears: In force: yes, until somebody revokes it
      greta> /exception close EXC-1 The second reader is back
      greta hears: closed: it is not in force from now on
      #credit: EXC-1 is closed · Greta
      card EXC-1: In force: no
