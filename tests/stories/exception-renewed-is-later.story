# A renewal is for the time after what was granted. It can't cut that short, and two rulers in a row don't use up the renewals.

09:00 maya> /exception raise credit late-report The report comes late
      dev> /exception triage EXC-1
      arjun> /exception grant EXC-1 until 2d control="a second reader" For two days
      maya> /exception renew EXC-1 until 3d It comes later still
      maya hears: without one it is in force until Wed 25 Nov 09:00, as granted
      sofia> /exception renew EXC-1 until 3d Once more
      edited @arjun: EXC-1 · renewed 09:00 by Sofia
      arjun> /exception renew EXC-1 until 1d Only that long
      arjun hears: It runs until Thu 26 Nov 09:00 already: name a later end. /exception close EXC-1 why ends it now.
      card EXC-1: In force: yes, until Thu 26 Nov 09:00
      ledger: exception.renewed x1
