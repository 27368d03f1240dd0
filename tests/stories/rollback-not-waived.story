# Neither an authorisation nor a go can be waived: silence is never go.

09:00 maya> /rollback propose credit from=v7 to=v6 "Scores drift"
      greta> /rollback waive RBK-1 duty=say-go They sleep
      greta hears: can't be waived, since silence is never go
      greta> /rollback waive RBK-1 duty=authorise-rollback It is urgent
      greta hears: can't be waived
      duty RBK-1 authorise-rollback: owed
      ledger: duty.waived x0
