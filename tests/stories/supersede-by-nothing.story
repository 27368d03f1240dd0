# Nothing can take the place of a request unless it is there.

09:00 maya> /approval request credit Ship v7
      maya> /approval supersede APR-1 by APR-9
      maya hears: APR-9
      case APR-1: requested
      ledger: approval.superseded x0
