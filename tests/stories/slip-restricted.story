# An incident that could have been meant restricted is never told in public: the word is taken where an option can stand, or asked about before anything is told; and the answer says who can see it.
not on discord: a flag is an option of its own there; told in discord-restricted

09:00 maya> /incident open credit sev2 Salary data in the logs restricted
      maya hears: INC-1 · opened as sev2; Dev or Lena acknowledges it by 10:00. Restricted: only its people see it
      card INC-1: Salary data in the logs
      not #credit: Salary data
      nobody is told: logs restricted
      jonas> /incident list
      jonas does not hear: INC-1
      maya> /incident open credit sev1 "Vendor copied rows" class=misuse --restricted
      maya hears: INC-2 · opened as sev1; Dev or Lena acknowledges it by 09:20. Restricted: only its people see it
      not #credit: Vendor copied rows
      maya> @countersign incident open credit sev2 “Key for the store leaked” (restricted).
      maya hears: Restricted: only its people see it
      not #credit: Key for the store
      ledger: incident.opened x3
# In the middle of the words it may be the option or a word: nothing is opened, and what to type is said.
      maya> /incident open credit sev2 Leak restricted=yes since noon
      maya hears: “restricted=yes” looks like the option `restricted=…`, and I can't take it for that where it stands. Write it before the text or after it. If it belongs to the text, put the text in quotes.
      maya> /incident open credit sev2 A restricted table was copied
      maya hears: Is “restricted” the option or a word of the text? As an option write `restricted=yes` or `restricted=no`. If it belongs to the text, put the text in quotes.
      maya> /incident open credit sev2 Access is restricted
      maya hears: As an option write `restricted=yes` or `restricted=no`
      maya> /incident open credit sev2 "Salaries were mailed" private
      maya hears: Is “private” meant as `restricted`? Write `restricted=yes` or `restricted=no`.
      maya> /incident open credit sev2 Salaries were mailed restriced
      maya hears: Is “restriced” meant as `restricted`?
      maya> /approval request credit Ship v9 restricted
      maya hears: `restricted` is an option of `incident open`, and `approval request` has none like it.
      nobody is told: table was copied
      nobody is told: Salaries
      nobody is told: Ship v9
      ledger: incident.opened x3
      ledger: approval.requested x0
# Said by name or between quotes it is clear.
      maya> /incident open credit sev2 "A restricted table was copied"
      maya hears: INC-4 · opened as sev2; Dev or Lena acknowledges it by 10:00. Public: everybody in the workflow's channels sees it
      #credit: INC-4 · acknowledge by ... · sev2 on credit: “A restricted table was copied”
      maya> /incident open credit sev2 Access is restricted restricted=no
      maya hears: Public: everybody in the workflow's channels sees it
      #credit: “Access is restricted”
      maya> /approval request credit Ship v9
      maya hears: Public: everybody in the workflow's channels sees it
