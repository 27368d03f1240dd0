# The button of what is asked opens a form with the report in it; what is wrong there changes nothing.
policy: tests/stories/law.toml

09:00 maya> /incident open credit sev2 Addresses came out aware=08:40
      dev> /incident applies INC-1 gdpr-33
      @henrik: INC-1 · report gdpr-33.notification by ... [Report submitted]
      henrik presses Report submitted in a message
      henrik hears: form incident.submitted:INC-1: report=gdpr-33.notification
      henrik submits: reference = DPA-77; digest = abc
      henrik hears: digest is the SHA-256 of the file, 64 hexadecimal digits
      ledger: incident.report-submitted x0
      henrik submits: reference = DPA-77; digest = E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855
      henrik hears: recorded: gdpr-33.notification was submitted at 09:00
      edited @henrik: INC-1 · reported 09:00 by Henrik (gdpr-33.notification)
      #credit: gdpr-33.notification: DPA-77, digest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      ledger: incident.report-submitted x1
