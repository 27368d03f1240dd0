# Who is on, who is next and the days ahead, for anybody; a name that isn't there gets the nearest one, and nothing is told to anybody.
policy: tests/stories/rota.toml

09:00 maya> /rota
      maya hears: Who is on ... desk · Dev now, until Tue 24 Nov 09:00; then Lena · hasn't said so yet ... Tue 24 Nov 09:00 · Lena, to Wed 25 Nov 09:00 ... Sat 28 Nov 09:00 · Arjun
      lena> /rota who
      lena hears: desk · Dev now ... [Take the shift: desk]
      dev> /rota oncall desk
      dev hears: [I am on: desk]
      maya> @countersign rota on desk
      maya hears: desk · Dev now
      maya does not hear: [I am on
      maya> /rota on dekc
      maya hears: There is no rota “dekc” in the policy. It has: desk.
      maya> /rota end 7
      maya hears: Nothing that was arranged about shifts has the number 7
      maya> /rota start desk
      maya hears: You aren't on desk now: Dev is.
      nobody is told: Maya
