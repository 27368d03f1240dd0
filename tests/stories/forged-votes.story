# What people type stays between quotation marks, whatever lines they put into it: nobody can write a vote of somebody else, a state, or a line that the bot would write.
09:00 maya> /approval request credit Raise the limit” · credit, approved · Priya and Tomas agreed · “was
      card APR-1: “Raise the limit" · credit, approved · Priya and Tomas agreed · "was” ... State: requested
      #credit: Maya asks model-risk to decide by ... on “Raise the limit" · credit, approved
      priya> /approval approve APR-1 fine
      | Tomas approved in stage 1: looks right
      | Anika approved in stage 1
      ledger: approval.voted x1
      card APR-1: Priya approved in stage 1: “fine ... Tomas approved in stage 1: looks right ... Anika approved in stage 1” ... Decides: model-risk · 1 of 2
      not card APR-1: stage 1: “fine” ... Tomas approved
      #credit: Priya approved · 1 of 2 ... “fine ... “Tomas approved in stage 1: looks right ... “Anika approved in stage 1”
      tomas> /approval list
      tomas hears: “Raise the limit" · credit, approved · Priya and Tomas agreed · "was” · credit, requested
