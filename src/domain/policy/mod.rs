//! The governance SLA as meant: every name resolved, every span in microseconds, every default filled in.
//! How it is written, and the errors that show a line, are in [`written`]; what is unwise in it is in [`redflag`].

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::calendar::{Calendar, QuietHours, Running};
use super::every_case::KeptAs;
use super::rota::Rota;
use super::{
    CalendarId, CaseId, ClassId, ClockId, Duty, LadderId, PartyId, PathId, PersonId, Platform, PolicyHash, RegimeId,
    RoleId, RotaId, Severity, Span, WebhookId, WorkflowId, WorkflowStage,
};

pub mod address;
pub mod exceptions;
pub mod handoffs;
pub mod heads;
pub mod records;
pub mod redflag;
pub mod retention;
pub mod rollbacks;
pub mod webhooks;
pub mod witness;
pub mod written;

pub use exceptions::{AtEnd, ControlRule, ExceptionClass, Exceptions, QueueRule, RecurrenceRule, Windows};
pub use handoffs::Handoffs;
pub use heads::HeadsRule;
pub use records::Records;
pub use redflag::RedFlag;
pub use rollbacks::{RollbackRule, RollbackTimes, StepRule, Way};
pub use webhooks::Webhook;
pub use witness::{Witness, WitnessQuorum, Witnessing};
pub use written::{PolicyErrors, schema};

/// The example that is used when no policy file is named: a bank with a production and a pilot workflow.
pub const EXAMPLE: &str = include_str!("example.toml");

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// SHA-256 of the text, so that a case can say which terms it was opened under.
    pub hash: PolicyHash,
    pub name: String,
    /// Where the bot tells its operators that something can't be delivered or runs late.
    pub operators: Option<Channel>,
    /// Where each incident that isn't restricted is one line, kept up to date.
    pub announcements: Vec<Channel>,
    /// Accounts that are heard, but not obeyed.
    pub refuse: Vec<Refused>,
    pub parties: BTreeMap<PartyId, Party>,
    pub people: BTreeMap<PersonId, Person>,
    pub roles: BTreeMap<RoleId, Role>,
    pub rotas: BTreeMap<RotaId, Rota>,
    pub calendars: BTreeMap<CalendarId, Calendar>,
    pub ladders: BTreeMap<LadderId, Ladder>,
    pub severities: BTreeMap<Severity, SeverityWords>,
    pub classes: BTreeMap<ClassId, String>,
    pub workflows: BTreeMap<WorkflowId, Workflow>,
    /// In the order of the file: the first that fits is the one that counts.
    pub targets: Vec<Target>,
    pub paths: BTreeMap<PathId, Path>,
    pub exceptions: Exceptions,
    pub handoffs: Handoffs,
    /// Where it is decided what becomes of records. `None`: nothing can be erased.
    pub records: Option<Records>,
    /// In the order of the file: the first that fits a case is the one that counts.
    pub retention: Vec<retention::RetentionClass>,
    /// How workflows go back. One that isn't here can't be rolled back.
    pub rollbacks: BTreeMap<WorkflowId, RollbackRule>,
    pub may: May,
    /// Nudges to one person that fall due within this time of each other go out as one message.
    pub batch_within: Span,
    /// For how long somebody may put off being reminded of what they owe on a case. Zero: not at all.
    pub snooze_at_most: Span,
    pub reactions: Reactions,
    pub digests: Vec<DigestSchedule>,
    /// Which laws ask for reports on a workflow's incidents.
    pub regulation: BTreeMap<WorkflowId, Regulation>,
    /// Machines outside that may be called.
    pub webhooks: BTreeMap<WebhookId, Webhook>,
    pub witnessing: Witnessing,
    /// Where signed heads are published. `None`: nowhere.
    pub heads: Option<HeadsRule>,
}

/// A channel of one platform: `credit-ai` is the local room's, `slack:C024BE91L` is Slack's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Channel {
    pub platform: Platform,
    /// The platform's own id.
    #[serde(rename = "channel", serialize_with = "super::mark::fact")]
    pub id: String,
}

impl Channel {
    /// A case's own channel: its id is the case's, in small letters. Which channel that is on the platform, the adapter knows.
    pub fn own(platform: &Platform, case: CaseId) -> Channel {
        Channel { platform: platform.clone(), id: case.to_string().to_lowercase() }
    }
    /// As a policy names it: `credit-ai`, `slack:C024BE91L`.
    pub fn written(&self) -> String {
        match self.platform.as_str() == super::LOCAL {
            true => self.id.clone(),
            false => format!("{}:{}", self.platform, self.id),
        }
    }
    /// The case whose own channel it is.
    pub fn own_of(&self) -> Option<CaseId> {
        self.id.parse().ok()
    }
}

/// Whether a text is a name that the policy can give, and people type: letters and digits of any script, without capitals.
pub fn is_key(text: &str) -> bool {
    let fits = |letter: char| (letter.is_alphanumeric() && !letter.is_uppercase()) || ['-', '_', '.'].contains(&letter);
    let first = text.chars().next().is_some_and(char::is_alphanumeric);
    first && text.chars().all(fits) && text.chars().count() <= 40
}

/// How an account stands in the table of its person: `slack = "U024BE7LH"`.
pub fn account_line(platform: &Platform, account: &str) -> String {
    // Ids are plain; whatever came in the place of one ends no string.
    let id: String = account.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    match platform.as_str().split_once('-') {
        Some((_, workspace)) => format!("workspaces = {{ {workspace} = \"{id}\" }}"),
        None => format!("{platform} = \"{id}\""),
    }
}

/// A group of people that a platform keeps: a Slack user group, a Discord role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    pub platform: Platform,
    /// The platform's own id.
    pub id: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub name: String,
    pub party: PartyId,
    pub zone: Tz,
    /// Direct messages wait until these hours are over, unless the target is urgent.
    pub quiet: Option<QuietHours>,
    /// One account at most on each platform. In the local room it is the person's key.
    pub accounts: BTreeMap<Platform, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    pub name: String,
    pub party: PartyId,
    /// In the order of the file; then, with [`Bot::with_group_members`](crate::domain::Bot::with_group_members), those of
    /// its groups.
    pub members: Vec<PersonId>,
    /// Slack user groups and Discord roles whose members hold it too.
    pub groups: Vec<Group>,
    /// Whoever is on shift there holds it too: see [`People::members`](crate::domain::People::members).
    pub rota: Option<RotaId>,
    /// The other way round: groups that the bot keeps to whoever holds it now. None of them makes anybody hold a role.
    pub mirrors: Vec<Group>,
}

/// What happens as time passes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// Hundredths of the target, ascending, each 1 to 99.
    pub nudge_at_percent: Vec<u32>,
    /// After the deadline, ascending by `after`, which runs on the target's own clock.
    pub escalate: Vec<Escalation>,
    pub repeat: Option<Repeat>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    pub after: Span,
    pub tell: RoleId,
}

/// After the last rung the holder and that rung are told again every `every` (calendar time), `at_most` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Repeat {
    pub every: Span,
    pub at_most: u32,
}

/// The policy's own words on what counts as this severity.
#[derive(Clone, Debug, PartialEq)]
pub struct SeverityWords {
    pub about: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    pub name: String,
    pub stage: WorkflowStage,
    /// A free word that targets can ask for: `high`, `limited`.
    pub tier: Option<String>,
    pub channels: Vec<Channel>,
    pub parties: Vec<PartyId>,
    /// The path that `/approval request` takes when none is named.
    pub path: Option<PathId>,
    /// The path that agrees to its way from pilot to production. `None`: the same.
    pub promotion_path: Option<PathId>,
    /// How long evidence is kept after a case is closed, in days.
    pub evidence_days: Option<u32>,
    pub own_channels: OwnChannels,
    /// Who may do what with its cases: [`Policy::may`], and over it what the workflow says for itself.
    pub may: May,
}

/// Whether incidents get channels of their own, and what becomes of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnChannels {
    /// Every incident; a restricted one gets one in any case.
    pub incidents: bool,
    /// Incidents may be restricted.
    pub restricted: bool,
    /// It is archived when its case is closed.
    pub archived: bool,
}

/// Reactions that do something with the message that they are set on. Each is written as a platform names it: Slack by a word,
/// Discord by the sign itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reactions {
    pub note: Vec<String>,
    pub follow_up: Vec<String>,
}

impl Reactions {
    /// No reaction does anything.
    pub fn is_off(&self) -> bool {
        self.note.is_empty() && self.follow_up.is_empty()
    }

    /// What a message is kept as by a reaction.
    pub fn keeps(&self, reaction: &str) -> Option<KeptAs> {
        let is = |names: &[String]| names.iter().any(|name| Reactions::bare(name) == Reactions::bare(reaction));
        let note = is(&self.note).then_some(KeptAs::Note);
        note.or_else(|| is(&self.follow_up).then_some(KeptAs::FollowUp))
    }

    /// Without colons around it, the colour of somebody's skin, and the marks that ask for it in colour or not.
    pub(super) fn bare(name: &str) -> &str {
        let name = name.trim().trim_matches(':');
        let name = name.split_once("::skin-tone-").map_or(name, |(name, _)| name);
        name.trim_end_matches(|c| matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}'))
    }
}

/// Accounts that are heard, but not obeyed, though their person is known.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Refused {
    /// Guests of a workspace.
    Guests,
    /// People of another organisation, in a shared channel.
    Outsiders,
}

/// How fast a kind of answer is owed, by whom, and what happens when it doesn't come.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub duty: Duty,
    /// Empty means any.
    pub workflows: Vec<WorkflowId>,
    pub severities: Vec<Severity>,
    pub stage: Option<WorkflowStage>,
    pub tier: Option<String>,
    pub holder: Option<RoleId>,
    pub terms: TargetTerms,
    /// Only for `update`: how far ahead the next one may be promised. `None`: as far as it is owed anyway.
    pub next_at_most: Option<Span>,
    /// 1-based line of the file, for findings.
    pub line: usize,
}

/// The part of a target that an approval stage has too.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetTerms {
    pub within: Span,
    /// `None` is calendar time.
    pub calendar: Option<CalendarId>,
    pub ladder: LadderId,
    /// Nudges don't wait for quiet hours.
    pub urgent: bool,
    pub pause: PauseRule,
    /// Only for `acknowledge`: after this time (calendar) the bot asks “still working on it?”.
    pub expires_after: Option<Span>,
}

/// What a clock may be paused for, and for how long in all. No reasons: it can't be paused.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PauseRule {
    /// Rules ask for them, so the ledger keeps them as facts.
    #[serde(serialize_with = "super::mark::fact")]
    pub reasons: Vec<String>,
    pub at_most: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub name: String,
    pub stages: Vec<PathStage>,
    pub when_time_is_up: TimeIsUp,
    pub reason_on_approve: bool,
    /// Who may approve alone in an emergency, loudly. Empty: nobody.
    pub break_glass: Vec<RoleId>,
    /// Does a question to the requester stop the approvers' clock?
    pub question_pauses: bool,
    /// A freeze of the workflow holds what is approved on it.
    pub held_by_freeze: bool,
    pub bottleneck: Option<Bottleneck>,
    /// When the requests that wait on it are a queue that gets worse.
    pub queue: Option<QueueRule>,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PathStage {
    pub role: RoleId,
    /// Roles whose people may answer in the role's stead.
    pub alternatives: Vec<RoleId>,
    /// How many different people must approve, at least 1.
    pub quorum: u32,
    pub terms: TargetTerms,
}

/// What becomes of a request that nobody answered in time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeIsUp {
    /// It stays open, late, and the ladder goes on.
    Hold,
    /// It lapses: not approved, and not declined by anybody either.
    Lapse,
    /// A fallback role may answer as well.
    Widen(RoleId),
    /// Silence approves. `policy check` flags it.
    Approve,
}

/// When slowness of a path is an incident in itself (`control.latency_breach`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bottleneck {
    /// A request has been pending longer than this (calendar time).
    pub pending_over: Option<Span>,
    /// 90 % of the last twenty answers took longer than this (calendar time). Counts from five answers on.
    pub p90_over: Option<Span>,
    pub severity: Severity,
}

/// Who may do what. An empty list means everybody whom the policy knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct May {
    pub open_incident: Vec<RoleId>,
    pub request_approval: Vec<RoleId>,
    pub raise_exception: Vec<RoleId>,
    /// Propose a rollback, or call a drill.
    pub propose_rollback: Vec<RoleId>,
    /// Hold changes, end that, and let something through.
    pub freeze_promotions: Vec<RoleId>,
    /// Ask that words are erased, and see beforehand what that would take.
    pub request_erasure: Vec<RoleId>,
    /// Place a legal hold, ask that one ends, and see which there are.
    pub place_hold: Vec<RoleId>,
    pub change_severity: Vec<RoleId>,
    pub close_incident: Vec<RoleId>,
    pub waive_duty: Vec<RoleId>,
    pub settle_attribution: Vec<RoleId>,
    pub reload_policy: Vec<RoleId>,
    /// Set or end a delegation for somebody else.
    pub delegate_for_others: Vec<RoleId>,
    /// Search what is kept. Empty: whoever the policy knows searches what they see, as it stands now. Where roles are named, they
    /// alone search, and find what was edited or deleted since, too.
    pub search_evidence: Vec<RoleId>,
    /// Export evidence in chat. `None`: nobody may.
    pub export_evidence: Option<Vec<RoleId>>,
    /// Hand over what somebody else holds. `None`: nobody may.
    pub hand_over: Option<Vec<RoleId>>,
    /// Take over what somebody else holds, without their word. `None`: nobody may.
    pub take_over: Option<Vec<RoleId>>,
}

/// A digest posted on a schedule in a zone: see [`Falls`](super::calendar::Falls).
#[derive(Clone, Debug, PartialEq)]
pub struct DigestSchedule {
    pub name: String,
    pub cron: String,
    pub zone: Tz,
    pub channel: Channel,
    /// Empty: all of them.
    pub workflows: Vec<WorkflowId>,
}

/// Which laws ask for reports on a workflow's incidents, and who owes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulation {
    /// In the order of the file.
    pub regimes: Vec<RegimeId>,
    /// Those that are counted although they aren't law yet.
    pub early: Vec<RegimeId>,
    /// The role that owes the reports.
    pub holder: RoleId,
    pub ladder: LadderId,
    pub urgent: bool,
    /// Targets of the organisation's own, shorter than the law's.
    pub within: BTreeMap<ClockId, Span>,
    /// Whose word it takes to set a clock aside; the holder's, where none is named.
    pub set_aside: Vec<RoleId>,
    /// What the authority asks about whoever reports, by the names of [`ENTITY`].
    pub entity: BTreeMap<String, String>,
}

/// The name of what whoever reports is under the AI Act, and the words for it.
pub const AI_ACT_ROLE: (&str, [&str; 2]) = ("ai_act_role", ["provider", "deployer"]);

/// What can be said of whoever reports to an authority: it stands at the head of drafts.
pub const ENTITY: [(&str, &str); 11] = [
    ("name", "the legal name"),
    ("code", "the identifier at the authority"),
    ("lei", "the LEI"),
    ("type", "the type of entity, such as credit_institution"),
    ("ai_act_role", "provider or deployer of the AI system, where it is one of them"),
    ("country", "the country code, such as DE"),
    ("currency", "the currency of amounts, such as EUR"),
    ("contact_name", "whom the authority may call"),
    ("contact_email", "their address"),
    ("contact_phone", "their number"),
    ("dpo", "the data protection officer, with a way to reach them"),
];

impl Policy {
    /// Reads a policy. `path` is only used in errors.
    ///
    /// # Errors
    /// Every mistake found, each with its line and, for names, the nearest known one.
    pub fn read(text: &str) -> Result<Policy, PolicyErrors> {
        written::read(text)
    }

    /// The target that counts for a duty: the first in the file that fits. `None`: the duty isn't owed there.
    pub fn target(&self, duty: Duty, workflow: &WorkflowId, severity: Option<Severity>) -> Option<&Target> {
        let flow = self.workflows.get(workflow)?;
        self.targets.iter().find(|target| {
            target.duty == duty
                && (target.workflows.is_empty() || target.workflows.contains(workflow))
                && (target.severities.is_empty() || severity.is_some_and(|it| target.severities.contains(&it)))
                && target.stage.is_none_or(|stage| stage == flow.stage)
                && (target.tier.is_none() || target.tier == flow.tier)
        })
    }

    /// Who may do what with the cases of a workflow.
    pub fn may_in(&self, workflow: &WorkflowId) -> &May {
        self.workflows.get(workflow).map_or(&self.may, |it| &it.may)
    }

    /// The same with one workflow in production: what would be owed then, and what would be missing.
    #[must_use]
    pub fn with_in_production(&self, workflow: &WorkflowId) -> Policy {
        let mut policy = self.clone();
        if let Some(workflow) = policy.workflows.get_mut(workflow) {
            workflow.stage = WorkflowStage::Production;
        }
        policy
    }

    /// The clock that a target runs on. A calendar that is gone from the policy runs as calendar time: the safe side,
    /// since it can only be earlier. (`read` refuses unknown calendars, so this needs a stamped policy that was lost.)
    pub fn running(&self, calendar: Option<&CalendarId>) -> Running<'_> {
        match calendar.and_then(|name| self.calendars.get(name)) {
            Some(calendar) => Running::Within(calendar),
            None => Running::Always,
        }
    }

    /// Every channel that the policy names, some more than once.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        let workflows = self.workflows.values().flat_map(|workflow| &workflow.channels);
        let digests = self.digests.iter().map(|schedule| &schedule.channel);
        let heads = self.heads.iter().filter_map(|rule| rule.channel.as_ref());
        workflows.chain(digests).chain(heads).chain(&self.operators).chain(&self.announcements)
    }

    /// Everybody who may hold a role at one time or another: its members, and who takes turns in its rota.
    pub fn may_hold(&self, role: &RoleId) -> Vec<&PersonId> {
        let Some(role) = self.roles.get(role) else { return Vec::new() };
        let mut all: Vec<&PersonId> = role.members.iter().collect();
        let turns = role.rota.as_ref().and_then(|rota| self.rotas.get(rota)).map(Rota::members).unwrap_or_default();
        all.extend(turns.into_iter().filter(|person| !role.members.contains(person)));
        all
    }

    /// The roles that are held by whoever is on shift in a rota.
    pub fn roles_of_rota(&self, rota: &RotaId) -> Vec<RoleId> {
        let of_it = self.roles.iter().filter(|(_, role)| role.rota.as_ref() == Some(rota));
        of_it.map(|(id, _)| id.clone()).collect()
    }

    /// How a person is called; their key where the policy has lost them.
    pub fn name_of(&self, person: &PersonId) -> String {
        self.people.get(person).map_or_else(|| person.to_string(), |known| known.name.clone())
    }
}
