//! What became true: past tense, stored in the ledger as JSON, folded into cases. Folding can't fail, so an event carries
//! everything that was decided; a reader a decade from now needs no policy and no clock to understand one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::command::{Impact, SeatName, Which};
use super::nature::Nature;
use super::obligation::{Attribution, Climbed, Contest, Obligation, Terms};
use super::people::Delegation;
use super::policy::Channel;
use super::{
    At, CaseId, ClassId, OutboxId, PathId, PersonId, Platform, PolicyDigest, RoleId, Severity, Span, WorkflowId,
};

/// Became true of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    // How a case begins. Always the first event, and only there.
    IncidentOpened(Box<IncidentOpened>),
    ApprovalRequested(Box<ApprovalRequested>),

    // The engine's.
    Owed(Box<Obligation>),
    Climbed(Climbed),
    /// One of several answers that are needed.
    Answered {
        number: u32,
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
    },
    Met {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    /// The acknowledgement grew old; its holder is asked whether the work goes on.
    AskedStillWorking {
        number: u32,
    },
    /// A sign of life: the acknowledgement is believed until `expires`.
    Believed {
        number: u32,
        expires: At,
    },
    Paused {
        number: u32,
        reason: String,
        by: PersonId,
        ends: At,
    },
    /// `by: None`: the policy's cap on pauses ended it.
    Resumed {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        paused: Span,
        terms: Box<Terms>,
    },
    Waived {
        number: u32,
        by: PersonId,
        reason: String,
    },
    Voided {
        number: u32,
        reason: String,
    },
    Contested {
        number: u32,
        contest: Contest,
    },
    Settled {
        number: u32,
        by: PersonId,
        to: Attribution,
        reason: String,
    },
    /// Others hold it now: a delegation began or ended, or the policy's members changed.
    Moved {
        number: u32,
        from: Vec<PersonId>,
        to: Vec<PersonId>,
    },
    /// More roles may answer.
    Widened {
        number: u32,
        to: RoleId,
    },

    // Any case.
    Noted {
        by: PersonId,
        text: String,
    },
    Linked {
        by: PersonId,
        url: String,
        text: String,
    },
    Invited {
        by: PersonId,
        person: PersonId,
    },

    // Incident.
    Acknowledged {
        by: PersonId,
    },
    /// Nobody said that the work goes on, so it counts as not acknowledged.
    AcknowledgementLapsed,
    Assessed {
        by: PersonId,
        text: String,
    },
    Contained {
        by: PersonId,
        text: String,
    },
    Resolved {
        by: PersonId,
        text: String,
    },
    Reviewed {
        by: PersonId,
        text: String,
    },
    Reopened {
        by: PersonId,
        reason: String,
    },
    Merged {
        by: PersonId,
        into: CaseId,
    },
    Absorbed {
        other: CaseId,
    },
    Withdrawn {
        by: PersonId,
        reason: String,
    },
    Updated {
        by: PersonId,
        text: String,
    },
    Decided {
        by: PersonId,
        text: String,
    },
    /// `obligation` is the number of the duty that it opened.
    FollowUpPromised {
        number: u32,
        by: PersonId,
        assignee: PersonId,
        due: At,
        text: String,
        obligation: u32,
    },
    FollowUpDone {
        number: u32,
        by: PersonId,
    },
    Paged {
        by: PersonId,
        role: RoleId,
        reason: String,
    },
    SeverityChanged {
        by: PersonId,
        from: Severity,
        to: Severity,
        reason: String,
    },
    MomentSet {
        by: PersonId,
        which: Which,
        at: At,
    },
    /// What isn't said stays as it was.
    Classified {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<ClassId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        technical: Option<u8>,
        #[serde(flatten)]
        nature: Nature,
    },
    SeatTaken {
        by: PersonId,
        seat: SeatName,
        person: PersonId,
    },
    SeatLeft {
        by: PersonId,
        seat: SeatName,
    },

    // Approval.
    Voted(Vote),
    StagePassed {
        stage: u32,
    },
    Amended {
        by: PersonId,
        action: String,
        digest: String,
        revision: u32,
    },
    /// `obligation` is the number of the answer that it asks for; `paused`: the decision's clock stands still meanwhile.
    QuestionAsked {
        by: PersonId,
        question: String,
        obligation: u32,
        #[serde(default)]
        paused: bool,
    },
    QuestionAnswered {
        by: PersonId,
        text: String,
    },
    GlassBroken {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        role: RoleId,
        reason: String,
    },
    GlassReviewed {
        by: PersonId,
        text: String,
    },
    Concluded {
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        took: Span,
    },
    /// Pending longer than the path's limit: a risk in itself. Recorded once.
    FoundSlow {
        pending: Span,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentOpened {
    pub by: Option<PersonId>,
    pub workflow: WorkflowId,
    /// The channels where the case is told about.
    pub homes: Vec<Channel>,
    pub policy: PolicyDigest,
    pub title: String,
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassId>,
    #[serde(flatten)]
    pub nature: Nature,
    pub impact: Impact,
    #[serde(default)]
    pub restricted: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moments: Vec<(Which, At)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The approval path whose slowness it is about; the house opens no second one for it meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_path: Option<PathId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRequested {
    pub by: PersonId,
    pub workflow: WorkflowId,
    pub homes: Vec<Channel>,
    pub policy: PolicyDigest,
    pub title: String,
    pub action: String,
    /// SHA-256 of `action` in hexadecimal.
    pub digest: String,
    pub path: PathId,
    /// When being pending becomes an incident, by the path's bottleneck rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_at: Option<At>,
}

/// One person's word on one revision of the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    pub stage: u32,
    pub approves: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub revision: u32,
    /// SHA-256 of the action that the person saw.
    pub digest: String,
}

/// How a request ended. Distinct everywhere: card, digest, API, evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Approved,
    Declined,
    /// Nobody answered in time. Not a decline by anybody.
    Lapsed,
    Withdrawn,
    Superseded {
        by: CaseId,
    },
}

impl Outcome {
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Approved => "approved",
            Outcome::Declined => "declined",
            Outcome::Lapsed => "lapsed",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Superseded { .. } => "superseded",
        }
    }
}

/// Became true of the house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum HouseEvent {
    Started {
        version: String,
        clock: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was_down: Option<Span>,
    },
    Stopped,
    /// `schedules`: name and rhythm of every digest that it schedules, since one falls from the moment it is known.
    PolicyLoaded {
        digest: PolicyDigest,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        text: String,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        schedules: BTreeMap<String, String>,
    },
    Delegated(Delegation),
    DelegationBegan {
        number: u32,
    },
    /// `by: None`: its time was over.
    DelegationEnded {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    DigestFell {
        schedule: String,
        from: At,
        to: At,
    },
    FellBehind {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_wake_late: Option<Span>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_notice_late: Option<Span>,
    },
    CaughtUp,
    /// Nothing is heard from a platform any more.
    CutOff {
        platform: Platform,
        why: String,
    },
    Reconnected {
        platform: Platform,
    },
    /// Who is on a platform: members of the groups that the policy names there, and people whose account is gone.
    Roster {
        platform: Platform,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        groups: BTreeMap<String, Vec<PersonId>>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<PersonId>,
    },
    GaveUp {
        outbox: OutboxId,
        why: String,
    },
    ClockWentBack {
        by: Span,
    },
    Recovered {
        lost_from: u64,
        signed_size: u64,
        policy: PolicyDigest,
        head: String,
    },
}

impl Event {
    /// What the ledger's envelope calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::IncidentOpened(_) => "incident.opened",
            Event::ApprovalRequested(_) => "approval.requested",
            Event::Owed(_) => "obligation.opened",
            Event::Climbed(climbed) => match climbed {
                Climbed { breach: Some(_), .. } => "obligation.late",
                Climbed { called, .. } if !called.is_empty() => "obligation.escalated",
                Climbed { repeat: Some(_), .. } => "obligation.repeated",
                _ => "obligation.nudged",
            },
            Event::Answered { .. } => "obligation.answered",
            Event::Met { .. } => "obligation.met",
            Event::AskedStillWorking { .. } => "obligation.asked-still-working",
            Event::Believed { .. } => "obligation.believed",
            Event::Paused { .. } => "obligation.paused",
            Event::Resumed { .. } => "obligation.resumed",
            Event::Waived { .. } => "obligation.waived",
            Event::Voided { .. } => "obligation.voided",
            Event::Contested { .. } => "obligation.contested",
            Event::Settled { .. } => "obligation.settled",
            Event::Moved { .. } => "obligation.moved",
            Event::Widened { .. } => "obligation.widened",
            Event::Noted { .. } => "case.noted",
            Event::Linked { .. } => "case.linked",
            Event::Invited { .. } => "case.invited",
            Event::Acknowledged { .. } => "incident.acknowledged",
            Event::AcknowledgementLapsed => "incident.acknowledgement-lapsed",
            Event::Assessed { .. } => "incident.assessed",
            Event::Contained { .. } => "incident.contained",
            Event::Resolved { .. } => "incident.resolved",
            Event::Reviewed { .. } => "incident.reviewed",
            Event::Reopened { .. } => "incident.reopened",
            Event::Merged { .. } => "incident.merged",
            Event::Absorbed { .. } => "incident.absorbed",
            Event::Withdrawn { .. } => "incident.withdrawn",
            Event::Updated { .. } => "incident.updated",
            Event::Decided { .. } => "incident.decided",
            Event::FollowUpPromised { .. } => "incident.follow-up-promised",
            Event::FollowUpDone { .. } => "incident.follow-up-done",
            Event::Paged { .. } => "incident.paged",
            Event::SeverityChanged { .. } => "incident.severity-changed",
            Event::MomentSet { .. } => "incident.moment-set",
            Event::Classified { .. } => "incident.classified",
            Event::SeatTaken { .. } => "incident.seat-taken",
            Event::SeatLeft { .. } => "incident.seat-left",
            Event::Voted(_) => "approval.voted",
            Event::StagePassed { .. } => "approval.stage-passed",
            Event::Amended { .. } => "approval.amended",
            Event::QuestionAsked { .. } => "approval.question-asked",
            Event::QuestionAnswered { .. } => "approval.question-answered",
            Event::GlassBroken { .. } => "approval.glass-broken",
            Event::GlassReviewed { .. } => "approval.glass-reviewed",
            Event::Concluded { outcome, .. } => match outcome {
                Outcome::Approved => "approval.approved",
                Outcome::Declined => "approval.declined",
                Outcome::Lapsed => "approval.lapsed",
                Outcome::Withdrawn => "approval.withdrawn",
                Outcome::Superseded { .. } => "approval.superseded",
            },
            Event::FoundSlow { .. } => "approval.found-slow",
        }
    }
}

impl HouseEvent {
    pub fn kind(&self) -> &'static str {
        match self {
            HouseEvent::Started { .. } => "house.started",
            HouseEvent::Stopped => "house.stopped",
            HouseEvent::PolicyLoaded { .. } => "house.policy-loaded",
            HouseEvent::Delegated(_) => "house.delegated",
            HouseEvent::DelegationBegan { .. } => "house.delegation-began",
            HouseEvent::DelegationEnded { .. } => "house.delegation-ended",
            HouseEvent::DigestFell { .. } => "house.digest",
            HouseEvent::FellBehind { .. } => "house.fell-behind",
            HouseEvent::CutOff { .. } => "house.cut-off",
            HouseEvent::Reconnected { .. } => "house.reconnected",
            HouseEvent::Roster { .. } => "house.roster",
            HouseEvent::CaughtUp => "house.caught-up",
            HouseEvent::GaveUp { .. } => "house.gave-up",
            HouseEvent::ClockWentBack { .. } => "house.clock-went-back",
            HouseEvent::Recovered { .. } => "house.recovered",
        }
    }
}
