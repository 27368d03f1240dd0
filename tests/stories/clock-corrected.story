# A corrected moment moves its clock, and everybody reads what it was and what it is; nothing is changed in silence.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      @henrik: INC-1 · report gdpr-33.notification by Thu 26 Nov 08:40
10:00 dev> /incident moment INC-1 aware Sun 18:20
      dev hears: recorded: aware at Sun 22 Nov 18:20, as you say; gdpr-33.notification is due by Wed 25 Nov 18:20
      @henrik: INC-1 · report gdpr-33.notification by Wed 25 Nov 18:20, not Thu 26 Nov 08:40, @henrik or @ines ... Its clock runs since Sun 22 Nov 18:20 and not since 08:40
      card INC-1: target Wed 25 Nov 18:20 · by law until Wed 25 Nov 19:00 · since Sun 22 Nov 18:20
      maya> /incident timeline INC-1
      maya hears: Dev set a time: aware Sun 22 Nov 18:20 (before: 08:40)
      maya hears: The clock of gdpr-33.notification runs since Sun 22 Nov 18:20 and not since 08:40: target Wed 25 Nov 18:20 instead of Thu 26 Nov 08:40
# The same moment said once more moves nothing.
      dev> /incident moment INC-1 aware Sun 18:20
      nobody is told: report gdpr-33
      ledger: incident.clock-moved x1
# Once the report is in, a correction is only that.
      henrik> /incident submitted INC-1 gdpr-33 DPA-77
      dev> /incident moment INC-1 aware Sun 10:00
      nobody is told: report gdpr-33
      duty INC-1 report-to-authority (gdpr-33.notification): met
      ledger: incident.clock-moved x1
