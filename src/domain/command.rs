//! What can be asked of a case or of the house: imperative, with every name resolved and every text read. How people type
//! it is `crate::grammar`'s business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::nature::Nature;
use super::obligation::Attribution;
use super::policy::Policy;
use super::{
    At, CaseId, ClassId, Duty, OutboxId, PathId, PersonId, Platform, PolicyDigest, RoleId, Severity, Span, WorkflowId,
};

/// Asked of one case. The first two open one; the rest act on it.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    OpenIncident(OpenIncident),
    RequestApproval(RequestApproval),

    /// The moment that the case wanted to be woken at has come. Only the engine asks this.
    Wake,

    // Any case.
    Note {
        text: String,
    },
    Link {
        url: String,
        text: String,
    },
    /// Lets somebody see a restricted case.
    Invite {
        person: PersonId,
    },
    /// Where no duty is named, the one that the asker owes, or the only one open.
    Pause {
        duty: Option<Duty>,
        reason: String,
    },
    Resume {
        duty: Option<Duty>,
    },
    Waive {
        duty: Duty,
        reason: String,
    },
    /// “That breach wasn't ours”: recorded beside the attribution until it is settled.
    Contest {
        duty: Option<Duty>,
        says: Attribution,
        reason: String,
    },
    Settle {
        duty: Option<Duty>,
        to: Attribution,
        reason: String,
    },

    // Incident.
    Acknowledge,
    /// “Yes, still working on it.”
    StillWorking,
    Assess {
        text: String,
    },
    Contain {
        text: String,
    },
    Resolve {
        text: String,
    },
    /// Accepts the post-incident review with this text (drafted from the ledger, perhaps edited).
    AcceptReview {
        text: String,
    },
    Reopen {
        reason: String,
    },
    Merge {
        into: CaseId,
    },
    /// The other half of a merge, asked by the engine of the case that stays.
    Absorb {
        other: CaseId,
    },
    Withdraw {
        reason: String,
    },
    Update {
        text: String,
    },
    Decision {
        text: String,
    },
    FollowUp {
        assignee: PersonId,
        due: At,
        text: String,
    },
    FollowUpDone {
        number: u32,
    },
    /// Calls a role in, now.
    Page {
        role: RoleId,
        reason: String,
    },
    AnswerPage,
    ChangeSeverity {
        to: Severity,
        reason: String,
    },
    SetMoment {
        which: Which,
        at: At,
    },
    /// Says what class it is, what harm it did and what caused it; what isn't said stays.
    Classify {
        class: Option<ClassId>,
        technical: Option<u8>,
        nature: Nature,
    },
    /// `None` leaves the seat empty.
    TakeSeat {
        seat: SeatName,
        person: Option<PersonId>,
    },

    // Approval.
    Approve {
        reason: Option<String>,
        revision: Option<u32>,
    },
    Decline {
        reason: String,
        revision: Option<u32>,
    },
    Amend {
        action: String,
    },
    AskRequester {
        question: String,
    },
    AnswerQuestion {
        text: String,
    },
    Supersede {
        by: CaseId,
    },
    BreakGlass {
        reason: String,
    },
    ReviewBreakGlass {
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct OpenIncident {
    pub workflow: WorkflowId,
    pub title: String,
    pub severity: Severity,
    /// How broken the machine is, `1` the worst; apart from governance severity.
    pub technical: Option<u8>,
    pub class: Option<ClassId>,
    pub nature: Nature,
    pub impact: Impact,
    pub restricted: bool,
    pub occurred: Option<At>,
    pub detected: Option<At>,
    pub aware: Option<At>,
    /// For what the bot opens by itself: why, and about what.
    pub because: Option<String>,
    /// For what the bot opens by itself about an approval path that is slow: which.
    pub slow_path: Option<PathId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RequestApproval {
    pub workflow: WorkflowId,
    pub title: String,
    /// The raw action that is to be approved, to the letter. The approval is bound to its digest.
    pub action: String,
    /// `None`: the workflow's own path.
    pub path: Option<PathId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    Known,
    /// A state of its own: governance risk rises while nobody can say what happened.
    Unclear,
}

/// The moments that clocks of law start from; kept apart because half of those clocks run from one and half from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    Occurred,
    Detected,
    Aware,
}

impl Which {
    pub const ALL: [Which; 3] = [Which::Occurred, Which::Detected, Which::Aware];
    pub const fn word(self) -> &'static str {
        match self {
            Which::Occurred => "occurred",
            Which::Detected => "detected",
            Which::Aware => "aware",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeatName {
    Lead,
    Comms,
    Scribe,
}

impl SeatName {
    pub const ALL: [SeatName; 3] = [SeatName::Lead, SeatName::Comms, SeatName::Scribe];
    pub const fn word(self) -> &'static str {
        match self {
            SeatName::Lead => "lead",
            SeatName::Comms => "comms",
            SeatName::Scribe => "scribe",
        }
    }
}

/// Asked of the house: what concerns no single case.
#[derive(Clone, Debug, PartialEq)]
pub enum HouseCommand {
    /// A process took over the data folder, `was_down` after the last one was last seen.
    Start {
        version: String,
        clock: String,
        was_down: Option<Span>,
    },
    Stop,
    /// A policy file that read without errors takes force.
    LoadPolicy {
        policy: Box<Policy>,
        text: String,
    },
    /// A delegation's start or end, or a digest's hour, has come.
    Wake,
    /// Stand in for somebody; without `to` it is an absence. `starts: None` is now.
    Delegate {
        from: PersonId,
        to: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: Option<At>,
        ends: At,
        reason: String,
    },
    EndDelegation {
        number: u32,
    },
    /// The engine is behind, or has caught up.
    Watch {
        oldest_wake_late: Option<Span>,
        oldest_notice_late: Option<Span>,
    },
    /// The platforms that nothing is heard from now, and why.
    Links {
        cut_off: BTreeMap<Platform, String>,
    },
    /// Who is on a platform now, as far as the policy asks: members of its groups, and people whose account is gone.
    Roster {
        platform: Platform,
        groups: BTreeMap<String, Vec<PersonId>>,
        gone: Vec<PersonId>,
    },
    /// A message could not be delivered and won't be tried again. `to_operators`: it was meant for them, so telling them is
    /// no use.
    GiveUp {
        outbox: OutboxId,
        why: String,
        to_operators: bool,
    },
    /// The system's clock went back; moments in the ledger never do.
    ClockWentBack {
        by: Span,
    },
    /// An approval path is slow; the house sees to it that there is one incident about it at a time.
    NoteSlowPath {
        path: PathId,
        workflow: WorkflowId,
        severity: Severity,
        because: String,
    },
    /// The operator accepted the loss of entries after restoring a backup.
    Recover {
        lost_from: u64,
        signed_size: u64,
        policy: PolicyDigest,
        head: String,
    },
}
