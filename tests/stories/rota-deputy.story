# Who is on shift and away is stood in for by their deputy, as in any role; the deputy answers, and whoever is next isn't asked.
policy: tests/stories/rota.toml

09:00 dev> /rota start
      dev> /approval delegate @sofia until 12:00 roles=triage Dentist
      maya> /incident open credit sev3 Scores drift
      duty INC-1 acknowledge: owed, holders sofia
      @sofia: INC-1
      not @dev: INC-1 · acknowledge
      not @lena: INC-1
12:00 duty INC-1 acknowledge: owed, holders dev
      @dev: INC-1
      lena> /approval delegate @sofia until 18:00 roles=model-risk No
      lena hears: model-risk
