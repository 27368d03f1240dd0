# Whoever looks sees what is held, until when and by whom; whoever can't decide because of it isn't the one who was slow.

09:00 greta> /rollback freeze credit until 15:00 v7 was bad
      jonas> /approval request credit Ship v8
      jonas hears: Changes of credit are held until 15:00: the last vote waits for that
      maya> /approval list
      maya hears: Changes of credit are held until 15:00 · Greta: “v7 was bad”. /rollback thaw credit … ends it
      maya> /rollback list
      maya hears: Changes of credit are held until 15:00 · Greta
      maya> /sla status
      maya hears: Changes of credit are held until 15:00 · Greta
      maya> /incident list
      maya does not hear: are held
      priya> /approval approve APR-1
      priya hears: your approval is recorded, 1 of 2 ... Changes of credit are held until 15:00: the last vote waits for that
      tomas> /approval status APR-1
      tomas hears: /rollback override credit APR-1 … lets this one through
      tomas> /approval approve APR-1
      tomas hears: Changes of credit are held until 15:00
11:00 duty APR-1 decide: late, attributed operations
15:00 maya> /rollback list
      maya does not hear: are held
