# A channel in which people talk already becomes the incident's own: what was said there is kept with it, and it is told there in the open.
platform: discord

09:00 jonas in #war-room> the batch of nine never came
      jonas hears nothing
      maya in #war-room> /incident
      maya hears: Nothing is open ... [Open incident] ... [Open incident here]
      maya in #credit> /incident
      maya does not hear: Open incident here
09:20 dev in #war-room> half of the one of eight is empty
      maya in #war-room> /incident convert credit sev2 Batch is missing
      maya hears: opened as sev2 ... This channel becomes its own until it is over, and what was said here in the last day is kept with it
      #inc-1: sev2 on credit: “Batch is missing”
      transcript #inc-1: the batch of nine never came
      transcript #inc-1: half of the one of eight is empty
# There, no case need be named, and what matters is told in the open.
      dev in #war-room> /incident ack
      case INC-1: acknowledged
      dev in #war-room> /incident update The disk was full
      #inc-1: INC-1 · update by Dev ... “The disk was full”
      jonas in #war-room> which disk?
      transcript #inc-1: which disk?
      maya in #war-room> /incident convert credit sev3 Another one
      maya hears: This channel is INC-1's own
      maya in #other-room> /incident convert credit sev3 restricted=yes Another one
      maya hears: Everybody in this channel would see it
      ledger: incident.opened x1
# Once it is over, the channel is its people's again: the bot doesn't close it, and hears there what is said to it alone.
      the policy says: [workflows.credit]\n => [workflows.credit]\nincident_channels = true\narchive_incident_channels = true\n
      the operator reloads
      maya in #war-room> /incident withdraw It was the load test
      #inc-1: INC-1 is withdrawn · Maya
      case INC-1: withdrawn
      jonas in #war-room> all clear
      not transcript #inc-1: all clear
# Restricted, it goes on in a channel that the bot makes, and this one is its people's again.
09:40 jonas in #other-room> scores look odd
      maya in #other-room> /incident convert credit sev2 Odd scores
      #inc-2: sev2 on credit: “Odd scores”
      maya in #other-room> /incident restrict INC-2 Names are among it
      #other-room: An incident that was told here is restricted now: only its people see it
      dev> /incident note INC-2 It was the export
      #inc-2: ... It was the export
      not #other-room: It was the export
      jonas in #other-room> and now?
      not transcript #inc-2: and now?
