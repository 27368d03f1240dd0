# What can't be delivered for a whole day is given up and told to the operators; not before.
not on discord: each of a day's tries waits there for its outcome, by the world's clock

09:00 #credit is unreachable
      maya> /incident open credit sev3 A control is slow
      dev> /incident ack INC-1
Tue 08:59 not #ops: could not be delivered
      outbox: given-up x0
Tue 09:30 not #ops: two
      #ops: A message could not be delivered, and I have stopped trying (no. 
