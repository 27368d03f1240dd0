# The policy widens: at the deadline a further role may answer as well, and the first one still may.

09:00 maya> /approval request credit Ship v7 path=widening
09:59 not @henrik: APR-1
      henrik> /approval approve APR-1
      henrik hears: the decision on APR-1 is for model-risk
10:00 #credit: APR-1 · decide now, @henrik or @ines: chief-risk may decide too
      @henrik: chief-risk may decide too
      @henrik x1: APR-1 · decide now, @henrik or @ines: chief-risk
      not @henrik: is now with
      case APR-1: requested
      duty APR-1 decide: late, holders priya tomas anika henrik ines
10:10 henrik> /approval approve APR-1 in their stead
      case APR-1: approved
      @maya: APR-1 is approved · Henrik
Tue 10:00 nobody is told: APR-1 · decision is late
      nobody is told: APR-1 is due
