# A shift that begins at night is told at night, whatever somebody's quiet hours; that another's is over waits for their morning.
policy: tests/stories/rota.toml

09:00 the policy says: handoff = "09:00" => handoff = "23:00"
      the operator reloads
      nobody is told: You are on desk
23:00 @dev: You are on desk now, until Tue 24 Nov 23:00
Tue 23:00 @lena: You are on desk now, until Wed 25 Nov 23:00
      @dev: Your shift of desk is over
Wed 23:00 @arjun: You are on desk now
      not @lena: Your shift of desk is over
Thu 07:00 @lena: Your shift of desk is over
