//! What can be asked of an incident.

use super::{Impact, Nature, Reached, SeatName, Which};
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::line::Named;
use crate::domain::policy::Channel;
use crate::domain::{At, CaseId, ClassId, ClockId, PersonId, QueueId, RegimeId, RoleId, Severity, WorkflowId};

/// What somebody gives to open an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
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
    /// For what the bot opens by itself about a queue that is slow: which.
    pub queue: Option<QueueId>,
    /// For what the bot opens by itself about the ledger's time stamps: until when the newest can be checked.
    pub stamps_end: Option<At>,
    /// The channel in which people talk already, and which is to become its own.
    pub converts: Option<Channel>,
    /// The message that it is opened from.
    pub from: Option<Box<OpenedFrom>>,
}

/// What can be asked of an incident.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
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
    /// Accepts the post-incident review. Without a text, it is the draft that is accepted.
    AcceptReview {
        text: String,
        /// The text is the bot's draft of the case's entries 1 to this one.
        drafted_from: Option<u32>,
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
        /// When the next one comes, where somebody promises it.
        next: Option<At>,
    },
    /// An update that says with the same words how far it has come, or how grave it is.
    Report {
        text: String,
        severity: Option<Severity>,
        reached: Option<Reached>,
        next: Option<At>,
    },
    Decision {
        text: String,
    },
    FollowUp {
        assignee: PersonId,
        due: At,
        text: String,
    },
    /// Promises to see to a message of people's.
    FollowUpOn {
        message: KeptMessage,
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
    /// Take part: come into its channel.
    Join,
    /// From now on its own people alone see it.
    Restrict {
        reason: String,
    },
    Unrestrict {
        reason: String,
    },
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
    /// Says that what these laws ask for is owed.
    Applies {
        which: Lawful,
    },
    /// Says that it isn't.
    SetAside {
        which: Lawful,
        reason: String,
    },
    /// A report was submitted to its authority.
    Submitted {
        clock: ClockId,
        /// When, where that isn't now.
        at: Option<At>,
        reference: String,
        digest: Option<String>,
    },
}

/// What somebody names of the law: one report, or all that a regime asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lawful {
    Regime(RegimeId),
    Clock(ClockId),
}

/// What a command needs beside its incident before it can be decided.
pub(super) enum Needs {
    /// The draft of the review that it accepts.
    Draft,
    /// Another case that it names.
    OtherCase(CaseId),
}

impl Command {
    pub(super) fn needs(&self) -> Option<Needs> {
        match self {
            Command::AcceptReview { text, .. } => text.trim().is_empty().then_some(Needs::Draft),
            Command::Merge { into } => Some(Needs::OtherCase(*into)),
            Command::Acknowledge
            | Command::StillWorking
            | Command::Assess { .. }
            | Command::Contain { .. }
            | Command::Resolve { .. }
            | Command::Reopen { .. }
            | Command::Absorb { .. }
            | Command::Withdraw { .. }
            | Command::Update { .. }
            | Command::Report { .. }
            | Command::Decision { .. }
            | Command::FollowUp { .. }
            | Command::FollowUpOn { .. }
            | Command::FollowUpDone { .. }
            | Command::Page { .. }
            | Command::AnswerPage
            | Command::Join
            | Command::Restrict { .. }
            | Command::Unrestrict { .. }
            | Command::ChangeSeverity { .. }
            | Command::SetMoment { .. }
            | Command::Classify { .. }
            | Command::TakeSeat { .. }
            | Command::Applies { .. }
            | Command::SetAside { .. }
            | Command::Submitted { .. } => None,
        }
    }
}

/// The verbs that the rules of incidents tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Ack,
    Applies,
    Assess,
    Classify,
    Clocks,
    Contain,
    Convert,
    Decision,
    Done,
    Escalate,
    Followup,
    Here,
    Invite,
    Join,
    Merge,
    Moment,
    Open,
    Reopen,
    Resolve,
    Restrict,
    Review,
    Role,
    SetAside,
    Severity,
    Submitted,
    Uninvite,
    Unrestrict,
    Update,
    Working,
}

impl Verb {
    /// The verb that opens an incident.
    pub const OPENS: Verb = Verb::Open;
}

impl Named for Verb {}
