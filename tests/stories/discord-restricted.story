# On Discord a title that names a flag which was left out is asked about; yes or no settles it.
platform: discord

09:00 maya> /incident open credit sev2 Salary data in the logs restricted
      maya hears: Does “Salary data in the logs restricted” mean `restricted`? Choose yes or no for it: the title alone leaves it open.
      ledger: incident.opened x0
      maya> /incident open credit sev2 Salary data in the restricted logs restricted=no
      maya hears: opened as sev2; Dev or Lena acknowledges it by 10:00. Public: everybody in the workflow's channels sees it
      #credit: INC-1 · acknowledge by ... · sev2 on credit: “Salary data in the restricted logs”
      maya> /incident open credit sev2 Salary data in the logs restricted=yes
      maya hears: Restricted: only its people see it
      not #credit: Salary data in the logs”
