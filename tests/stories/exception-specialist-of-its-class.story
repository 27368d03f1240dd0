# A class that asks for a specialist is granted only after somebody of that role has recommended. Another role's advice is heard,
# and is no substitute.

09:00 maya> /exception raise credit one-reader The second reader is ill
      dev> /exception triage EXC-1
      greta> /exception send-back EXC-1 Engineering knows more
      greta> /exception specialist EXC-1 role=engineering
      ravi> /exception recommend EXC-1 grant It reads the same
      greta> /exception grant EXC-1 until 3d control="a sample of ten" holder=triage every=1d It reads the same
      greta hears: The class one-reader is granted only after model-risk has recommended
      case EXC-1: in-review
      ledger: exception.granted x0
      greta> /exception specialist EXC-1
      priya> /exception recommend EXC-1 grant Three days are no harm
      priya> /exception recommend EXC-1 grant Once more
      priya hears: Priya recommended to grant it at 09:00, and nobody was asked again
      greta> /exception grant EXC-1 until 3d control="a sample of ten" holder=triage every=1d Three days
      case EXC-1: granted
