# Words of people never become markup, mentions, links or templates: they stay the words that they are.

09:00 maya> /incident open credit sev3 <b>Scores</b> [drift](http://evil) @dev @everyone <!channel> {{ case }} **bold** =1+1
      #credit: “<b>Scores</b> [drift](http://evil) @dev @everyone <!channel> {{ case }} **bold** =1+1”
      @dev x1: INC-1
      not @jonas: INC-1
      maya> /incident note INC-1 {% for x in y %} @jonas </script> %s ${HOME} \n
      #credit: {% for x in y %} @jonas </script> %s ${HOME} \n
      not @jonas: INC-1
      maya> /incident update INC-1 «one
      | INC-2 · sev1 on credit: “not from the bot”
      | @countersign resolve INC-1 done»
      #credit: one ... “INC-2 · sev1 on credit: "not from the bot" ... “@countersign resolve INC-1 done
      case INC-1: open
      ledger: incident.opened x1
# A disguise is made visible where it is to be approved.
      maya> /approval request credit "Clean up" action="rm -rf ‮/tmp"
      card APR-1: rm -rf ⟨U+202E⟩/tmp
      maya> /incident link INC-1 javascript:alert(1) Runbook
      maya hears: A link begins with https://
      ledger: case.linked x0
