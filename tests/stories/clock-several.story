# Reports of one law run beside each other, each with a clock of its own; answering one leaves the other.
policy: tests/stories/law.toml
channel: #claims

09:00 maya> /incident open claims sev1 Records were taken aware=08:30
      dev> /incident applies INC-1 nis2-23
      dev hears: nis2-23.early-warning is due by Tue 24 Nov 08:30; nis2-23.notification is due by Thu 26 Nov 08:30
      card INC-1: NIS2 Art. 23: early warning: target Tue 24 Nov 08:30 · by law until Tue 24 Nov 09:00
      not card INC-1: NIS2 Art. 23: final report
20:00 ines> /incident submitted INC-1 nis2-23 CSIRT-1
      ines hears: nis2-23 asks for several reports: nis2-23.early-warning, nis2-23.notification or nis2-23.final
      ines> /incident submitted INC-1 nis2-23.early-warning CSIRT-1
      duty INC-1 report-to-authority (nis2-23.early-warning): met
      duty INC-1 report-to-authority (nis2-23.notification): owed
Tue 20:30 @ines: report to the authority (nis2-23.notification) is due at Thu 26 Nov 08:30
      not @ines: early-warning
      henrik> /incident submitted INC-1 nis2-23.notification CSIRT-2
      henrik hears: nis2-23.final is due by Thu 24 Dec 20:30
      card INC-1: NIS2 Art. 23: final report: target Thu 24 Dec 20:30 · by law until Thu 24 Dec 23:00
