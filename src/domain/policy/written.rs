//! The policy as written: the shape of the TOML file, and the way from there to the policy as meant.
//!
//! The tables here are what an editor completes ([`schema`]) and what risk people read, so their doc comments speak to
//! whoever writes the file. What the words in them mean is settled in `resolve` and `targets`; how a mistake is shown is
//! in `finding`. Nothing here reads a file or a clock.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{Duty, WorkflowStage};
use super::{Policy, Refused};

mod digests;
mod exceptions;
mod finding;
mod handoffs;
mod heads;
mod may;
mod records;
mod regulation;
mod resolve;
mod retention;
mod rollbacks;
mod rotas;
mod targets;
mod tree;
mod value;
mod webhooks;
mod witness;
mod word;

#[cfg(test)]
mod tests;

use exceptions::{ExceptionsTable, QueueTable};
pub use finding::{PolicyError, PolicyErrors};
use handoffs::HandoffTable;
use records::RecordsTable;
use regulation::RegulationTable;
use retention::RetentionTable;
use rollbacks::RollbackTable;
pub(super) use tree::Lines;
use word::{Placed, Word, Words, kind};

/// The incident classes that every policy has (SPEC 6), each with a word on what belongs there. A policy may add its
/// own under `[classes]`, and may put these into its own words.
pub const CLASSES: [(&str, &str); 16] = [
    ("output.harmful_or_wrong", "an answer that is harmful or plainly wrong"),
    ("output.bias", "a group of people is treated worse than others"),
    ("output.toxic", "insulting, hateful or explicit output"),
    ("data.leak", "personal or secret data came out, or went in where it must not"),
    ("attack.injection", "somebody's words were obeyed as instructions"),
    ("attack.poisoning", "training data, memory or an index was tampered with"),
    ("agent.excess_action", "the system did more than it was allowed to"),
    ("supply.third_party", "a model, a data set or a service of somebody else failed"),
    ("perf.drift", "quality or accuracy went down over time"),
    ("avail.resource", "down, too slow, or out of quota"),
    ("control.oversight_failure", "a person should have looked and did not, or could not"),
    ("control.latency_breach", "an answer that governance needs came too late"),
    ("control.evidence_gap", "evidence that should exist is missing"),
    ("control.ownership_gap", "nobody owns what needs an owner"),
    ("legal.ip_or_licence", "copyright, licence or contract terms were broken"),
    ("misuse", "the system is used for what it is not meant for"),
];

/// Reads a policy: TOML, then the tables below, then names, spans and sense. Stops early only where the file stops
/// being TOML, since everything after that would be a guess.
///
/// # Errors
/// Every mistake found, in the order of the file.
pub fn read(text: &str) -> Result<Policy, PolicyErrors> {
    let mut found = finding::Findings::new(text);
    let document = tree::document(text, &mut found);
    let policy = document.map(|(document, names)| resolve::resolve(text, &document, &names, &mut found));
    match policy {
        Some(policy) if found.none() => Ok(policy),
        _ => Err(found.into_errors()),
    }
}

/// The JSON Schema (2020-12) of a policy file, for editors that complete and check TOML.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

/// # Countersign policy
/// The governance SLA of a team that runs AI systems: who owes which answer by when, and what happens when it does not
/// come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    /// What holds for the whole file.
    #[schemars(required)]
    policy: Option<PolicyTable>,
    /// Organisations and teams with a part in the workflows: vendor, client, operations, risk. The buyer of the AI
    /// system is called `client`.
    #[serde(default)]
    parties: BTreeMap<Word<kind::Key>, PartyTable>,
    /// The people. The key is how they are mentioned, and their account in the local room.
    #[serde(default)]
    people: BTreeMap<Word<kind::Key>, PersonTable>,
    /// Durable seats. Duties are owed by roles, never by a name alone.
    #[serde(default)]
    roles: BTreeMap<Word<kind::Key>, RoleTable>,
    /// Shifts: people who take turns. A role can be held by whoever is on.
    #[serde(default)]
    rotas: BTreeMap<Word<kind::Key>, rotas::RotaTable>,
    /// Business hours that a clock can run in.
    #[serde(default)]
    calendars: BTreeMap<Word<kind::Key>, CalendarTable>,
    /// What happens as time passes: nudges before the deadline, the next roles after it.
    #[serde(default)]
    ladders: BTreeMap<Word<kind::Key>, LadderTable>,
    /// What counts as which governance severity, in your own words. `sev1` is the gravest.
    #[serde(default)]
    severities: BTreeMap<Word<kind::SeverityWord>, AboutTable>,
    /// Incident classes of your own, beside the built-in ones: `"credit.override"`.
    #[serde(default)]
    classes: BTreeMap<Word<kind::ClassKey>, AboutTable>,
    /// The AI systems in use.
    #[serde(default)]
    workflows: BTreeMap<Word<kind::Key>, WorkflowTable>,
    /// How fast each kind of answer is owed, and by whom. The first target that fits is the one that counts.
    #[serde(default)]
    targets: Vec<Placed<TargetTable>>,
    /// How approvals are given.
    #[serde(default)]
    paths: BTreeMap<Word<kind::Key>, PathTable>,
    /// What may be excepted from, for how long, and who says so. Without it nobody can raise an exception.
    #[serde(default)]
    exceptions: ExceptionsTable,
    /// How something is handed over to somebody else.
    #[serde(default)]
    handoff: HandoffTable,
    /// What becomes of records: where erasures, and the end of legal holds, are approved.
    records: Option<RecordsTable>,
    /// How long closed cases are kept. The first class that fits a case is the one that counts; where none does, `keep_evidence_days` of
    /// its workflow.
    #[serde(default)]
    retention: Vec<Placed<RetentionTable>>,
    /// Who may do what. What is not listed, everybody may whom the policy knows.
    #[serde(default)]
    may: MayTable,
    /// Digests that are posted by themselves.
    #[serde(default)]
    digests: Vec<DigestTable>,
    /// Which laws ask for reports to an authority, workflow by workflow, and who owes them.
    #[serde(default)]
    regulation: BTreeMap<Word<kind::Workflow>, RegulationTable>,
    /// Machines outside that steps of a rollback can call.
    #[serde(default)]
    webhooks: BTreeMap<Word<kind::Key>, webhooks::WebhookTable>,
    /// How workflows go back to an older version, workflow by workflow. One that is not here cannot be rolled back.
    #[serde(default)]
    rollback: BTreeMap<Word<kind::Workflow>, RollbackTable>,
    /// Who confirms that the ledger only grows, and for whom this bot does so.
    #[serde(default)]
    witness: witness::WitnessesTable,
    /// Where signed heads are published, so that somebody outside has them. Nowhere if left out.
    heads: Option<Placed<heads::HeadsTable>>,
}

/// What holds for the whole file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PolicyTable {
    /// What this agreement is called.
    name: Word<kind::Text>,
    /// Where the bot tells its operators that something cannot be delivered or runs late.
    operators_channel: Option<Word<kind::ChannelName>>,
    /// Channels where each incident is one line, kept up to date, with a button to join it. Restricted ones aren't named there.
    #[serde(default)]
    announcements: Vec<Word<kind::ChannelName>>,
    /// Accounts of people of this file that are heard, but not obeyed: guests, or people of other organisations that share
    /// a channel.
    #[serde(default)]
    refuse: Vec<Refused>,
    /// Nudges to one person that fall due within this time of each other go out as one message. `2m` if left out.
    batch_within: Option<Word<kind::Length>>,
    /// For how long people may put off being reminded of what they owe on a case. No deadline moves by it, and what is late or
    /// urgent is told all the same. `1h` if left out; `0m`: not at all.
    snooze_at_most: Option<Word<kind::Length>>,
    /// Reactions by which people keep a message with the case in whose channel or thread it stands. 📌 makes a note if left
    /// out; `{}`: none does anything.
    reactions: Option<ReactionsTable>,
    /// The ladder of every target and stage that names none.
    ladder: Option<Word<kind::Ladder>>,
}

/// Reactions that do something, as each platform names them: `pushpin` on Slack, `📌` on Discord.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReactionsTable {
    /// The message is kept as a note.
    #[serde(default)]
    note: Words<kind::Text>,
    /// The message is kept, and whoever reacts promises to see to it within a week.
    #[serde(default)]
    follow_up: Words<kind::Text>,
}

/// An organisation or team.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PartyTable {
    /// How it is called in full.
    name: Word<kind::Text>,
}

/// A person.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PersonTable {
    /// How they are called.
    name: Word<kind::Text>,
    /// The party they work for.
    party: Word<kind::Party>,
    /// Their time zone.
    zone: Word<kind::Zone>,
    /// The part of the day in which direct messages wait, unless a target is urgent.
    quiet_hours: Option<Word<kind::HoursOfDay>>,
    /// Their Slack member id (Slack profile, ⋮, “Copy member ID”).
    slack: Option<Word<kind::SlackId>>,
    /// Their Discord user id (developer mode, right click, “Copy User ID”).
    discord: Option<Word<kind::DiscordId>>,
    /// Their Slack member ids in further workspaces, by the name that the settings give each: `{ vendor = "U024BE7LH" }`.
    #[serde(default)]
    workspaces: BTreeMap<Word<kind::Key>, Word<kind::SlackId>>,
}

/// A durable seat of a party.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RoleTable {
    /// How it is called.
    name: Word<kind::Text>,
    /// The party whose seat it is.
    party: Word<kind::Party>,
    /// The people who hold it. Two at least, or one holiday stops the clockwork.
    #[serde(default)]
    members: Words<kind::Person>,
    /// Groups of a chat platform whose members hold it too, as far as they are people of this file: a Slack user group
    /// `slack:S0614TZR7`, a Discord role `discord:41771983423143936`.
    #[serde(default)]
    groups: Vec<Word<kind::GroupName>>,
    /// The rota whose shifts hold it: whoever is on at a moment holds the role then, beside its members.
    rota: Option<Word<kind::Rota>>,
    /// Groups of a chat platform that the bot keeps to whoever holds the role now: without those who are away, with those who
    /// stand in for them. Whoever else is in one is taken out of it, and being in it makes nobody hold the role.
    #[serde(default)]
    mirrors: Vec<Word<kind::GroupName>>,
}

/// Business hours of a team.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CalendarTable {
    /// The zone of the hours and holidays.
    zone: Word<kind::Zone>,
    /// The open hours of each day or range of days: `{ mon-thu = ["09:00-12:30", "13:30-18:00"], fri = "09:00-15:00" }`.
    hours: BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>,
    /// Dates that are closed all day.
    #[serde(default)]
    holidays: Vec<Word<kind::Date>>,
}

/// What happens as time passes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LadderTable {
    /// Nudges before the deadline, in hundredths of the target, ascending: `[50, 80]`.
    #[serde(default)]
    nudge_at_percent: Vec<Placed<u32>>,
    /// The roles that are told after the deadline, one rung after the other.
    #[serde(default)]
    escalate: Vec<EscalationTable>,
    /// After the last rung it and the holder are told again: how often, and how many times at most.
    repeat: Option<RepeatTable>,
}

/// One rung.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EscalationTable {
    /// Time after the deadline, on the target's own clock. `0m` is at the deadline.
    after: Word<kind::Length>,
    /// The role that is told.
    tell: Word<kind::Role>,
}

/// Telling again, with a cap.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RepeatTable {
    /// Calendar time between two of them.
    every: Word<kind::Length>,
    /// How many there are in all.
    at_most: Placed<u32>,
}

/// The policy's own words on something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AboutTable {
    /// What counts as this.
    about: Word<kind::Text>,
}

/// One AI system in use.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WorkflowTable {
    /// How it is called.
    name: Word<kind::Text>,
    /// `pilot` or `production`. A pilot may have lighter duties.
    stage: Placed<WorkflowStage>,
    /// A word of your own that targets can ask for: `high`, `limited`.
    tier: Option<Word<kind::Text>>,
    /// The channel where its cases are shown: `credit-ai` in the local room, `slack:C024BE91L`, `discord:80351110224678912`.
    channel: Option<Word<kind::ChannelName>>,
    /// Several channels, where the work is done in several places.
    channels: Option<Words<kind::ChannelName>>,
    /// The parties that have a part in it.
    #[serde(default)]
    parties: Vec<Word<kind::Party>>,
    /// The path that an approval takes when none is named.
    approval_path: Option<Word<kind::ApprovalPath>>,
    /// The path that agrees to its way from pilot to production; `approval_path` if left out.
    promotion_path: Option<Word<kind::ApprovalPath>>,
    /// How many days evidence is kept after a case is closed. EU AI Act Art. 19 and 26(6) ask for six months of logs.
    #[schemars(range(min = 1, max = 36525))]
    keep_evidence_days: Option<Placed<u32>>,
    /// Each incident gets a channel of its own on every platform that the workflow lives on. A restricted one always does.
    #[serde(default)]
    incident_channels: bool,
    /// Incidents may be restricted to their own people. With `false` none can, and the bot asks for no right to make channels
    /// that only some people see. `true` if left out.
    #[serde(default = "yes")]
    restricted_incidents: bool,
    /// The incident's own channel is archived when it is closed.
    #[serde(default)]
    archive_incident_channels: bool,
    /// Who may do what with its cases. What isn't listed is as under `[may]`.
    #[serde(default)]
    may: MayTable,
}

fn yes() -> bool {
    true
}

/// How fast one kind of answer is owed, by whom, and what happens when it does not come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TargetTable {
    /// The kind of answer. (`decide` has its targets in `[[paths.….stages]]`.)
    duty: Placed<Duty>,
    /// Only for these workflows; all of them if left out.
    workflow: Option<Words<kind::Workflow>>,
    /// Only for these severities; all of them if left out.
    severity: Option<Words<kind::SeverityWord>>,
    /// Only for workflows at this stage.
    stage: Option<Placed<WorkflowStage>>,
    /// Only for workflows of this tier.
    tier: Option<Word<kind::Text>>,
    /// The role that owes it. Left out for `follow-up`, `still-working`, `answer-question` and `answer-page`, and for all of an
    /// exception but `triage-exception`: these are owed by the person or the role that is asked.
    holder: Option<Word<kind::Role>>,
    /// How long they have.
    within: Word<kind::Length>,
    /// The calendar whose hours count. Day and night if left out.
    calendar: Option<Word<kind::Calendar>>,
    /// The ladder; that of `[policy]` if left out.
    ladder: Option<Word<kind::Ladder>>,
    /// Nudges do not wait for anybody's quiet hours.
    #[serde(default)]
    urgent: bool,
    /// What the clock may be paused for. It cannot be paused if left out.
    pause: Option<PauseTable>,
    /// Only for `acknowledge`: after this time the bot asks “still working on it?”.
    expires_after: Option<Word<kind::Length>>,
    /// Only for `update`: how far ahead whoever gives an update may promise the next one, on the target's own clock. As long as
    /// `within` if left out.
    next_at_most: Option<Word<kind::Length>>,
}

/// What a clock may be paused for, and for how long in all.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PauseTable {
    /// The reasons that are allowed, in words that people choose from.
    reasons: Vec<Word<kind::Text>>,
    /// All pauses together are no longer than this, on the target's own clock: closed hours use up nothing of it.
    at_most: Word<kind::Length>,
}

/// How an approval is given: stages in order, distinct people across them, the requester excluded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PathTable {
    /// How it is called.
    name: Word<kind::Text>,
    /// What becomes of a request that nobody answered in time. It stays open (`hold`) if left out.
    when_time_is_up: Option<WhenTimeIsUp>,
    /// Does an approval need a reason too? A decline always does.
    #[serde(default)]
    reason_on_approve: bool,
    /// Roles whose people may approve alone in an emergency, loudly, with a review after it. Nobody if left out.
    #[serde(default)]
    break_glass: Vec<Word<kind::Role>>,
    /// Does a question to the requester stop the approvers' clock?
    #[serde(default)]
    question_pauses: bool,
    /// Does a freeze hold what is approved on it? It does if left out; `false` is for what changes nothing in production.
    held_by_freeze: Option<bool>,
    /// When slowness of this path is an incident in itself.
    bottleneck: Option<Placed<BottleneckTable>>,
    /// When the requests that wait on it are a queue that gets worse, which is an incident in itself.
    queue: Option<QueueTable>,
    /// The stages, in order.
    #[serde(default)]
    #[schemars(required, length(min = 1))]
    stages: Vec<Placed<StageTable>>,
}

/// What becomes of a request that nobody answered in time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum WhenTimeIsUp {
    /// It stays open, late, and the ladder goes on.
    Hold,
    /// It lapses: not approved, and not declined by anybody either.
    Lapse,
    /// Silence approves. `policy check` warns of it.
    Approve,
    /// This role may answer as well.
    Widen(Word<kind::Role>),
}

/// When slowness of a path is an incident in itself (`control.latency_breach`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BottleneckTable {
    /// A request has been pending for longer than this.
    pending_over: Option<Word<kind::Length>>,
    /// Nine out of ten answers of late took longer than this.
    p90_over: Option<Word<kind::Length>>,
    /// The severity of the incident that is opened; `sev3` if left out.
    severity: Option<Word<kind::SeverityWord>>,
}

/// One stage of an approval.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StageTable {
    /// The role that decides.
    role: Word<kind::Role>,
    /// How many different people must approve; 1 if left out.
    #[schemars(range(min = 1))]
    quorum: Option<Placed<u32>>,
    /// Roles whose people may answer in the role's stead.
    #[serde(default)]
    alternatives: Vec<Word<kind::Role>>,
    /// How long they have.
    within: Word<kind::Length>,
    /// The calendar whose hours count. Day and night if left out.
    calendar: Option<Word<kind::Calendar>>,
    /// The ladder; that of `[policy]` if left out.
    ladder: Option<Word<kind::Ladder>>,
    /// Nudges do not wait for anybody's quiet hours.
    #[serde(default)]
    urgent: bool,
    /// What the clock may be paused for. It cannot be paused if left out.
    pause: Option<PauseTable>,
}

/// Who may do what: roles, or `["anyone"]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MayTable {
    /// Open an incident.
    open_incident: Option<Words<kind::RoleOrAnyone>>,
    /// Ask for an approval.
    request_approval: Option<Words<kind::RoleOrAnyone>>,
    /// Raise an exception.
    raise_exception: Option<Words<kind::RoleOrAnyone>>,
    /// Propose a rollback, or call a drill of one.
    propose_rollback: Option<Words<kind::RoleOrAnyone>>,
    /// Hold changes of a workflow, end that, and let an approval through all the same.
    freeze_promotions: Option<Words<kind::RoleOrAnyone>>,
    /// Ask that words are erased, and see beforehand what that would take.
    request_erasure: Option<Words<kind::RoleOrAnyone>>,
    /// Place a legal hold, ask that one ends, and see which there are.
    place_hold: Option<Words<kind::RoleOrAnyone>>,
    /// Raise or lower an incident's severity.
    change_severity: Option<Words<kind::RoleOrAnyone>>,
    /// Resolve, withdraw or merge an incident.
    close_incident: Option<Words<kind::RoleOrAnyone>>,
    /// Waive a duty, with a reason.
    waive_duty: Option<Words<kind::RoleOrAnyone>>,
    /// Settle whose lateness it was.
    settle_attribution: Option<Words<kind::RoleOrAnyone>>,
    /// Have this file read again.
    reload_policy: Option<Words<kind::RoleOrAnyone>>,
    /// Set or end a delegation for somebody else.
    delegate_for_others: Option<Words<kind::RoleOrAnyone>>,
    /// Search what is kept (`/evidence search`). Left out: everybody searches what they see, as it stands now. Whoever is named
    /// here also finds what was edited or deleted since, and nobody else searches at all.
    search_evidence: Option<Words<kind::RoleOrAnyone>>,
    /// Have a bundle of evidence made in chat (`/evidence export`). Nobody may if left out: a bundle leaves with all that was said.
    export_evidence: Option<Words<kind::RoleOrAnyone>>,
    /// Hand over what somebody else holds. Nobody may if left out: everybody hands over their own.
    hand_over: Option<Words<kind::RoleOrAnyone>>,
    /// Take over in an emergency what somebody else holds, without their word. Nobody may if left out.
    take_over: Option<Words<kind::RoleOrAnyone>>,
}

/// A digest that is posted on a schedule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DigestTable {
    /// How it is called.
    name: Word<kind::Text>,
    /// When: second, minute, hour, day of the month, month, day of the week. `0 0 9 * * Mon` is Monday at nine. Where both days
    /// are restricted, one of them is enough, as in a crontab.
    cron: Word<kind::Cron>,
    /// The zone of the schedule.
    zone: Word<kind::Zone>,
    /// Where it is posted.
    channel: Word<kind::ChannelName>,
    /// Only these workflows; all of them if left out.
    #[serde(default)]
    workflows: Vec<Word<kind::Workflow>>,
}
