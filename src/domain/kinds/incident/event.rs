//! What becomes true of an incident.

use serde::{Deserialize, Serialize};

use super::Watched;
use super::{Impact, Nature, SeatName, Which};
use crate::domain::kinds::Began;
use crate::domain::{At, CaseId, ClassId, ClockId, PersonId, QueueId, RoleId, Severity, mark};

/// What becomes true of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "incident.")]
pub enum Event {
    /// Always the first event, and only there.
    Opened(Box<Opened>),
    Acknowledged {
        by: PersonId,
    },
    /// Nobody said that the work goes on, so it counts as not acknowledged.
    AcknowledgementLapsed {},
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
        /// The text was accepted as the bot drafted it from the case's entries 1 to this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drafted_from: Option<u32>,
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
        /// When the next one comes, where that was promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<At>,
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
        /// What was said of it before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<At>,
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
    /// Somebody says that a report is owed.
    ClockApplies {
        by: PersonId,
        clock: ClockId,
    },
    /// A report isn't owed, or not any more: by whose authority.
    ClockSetAside {
        by: PersonId,
        clock: ClockId,
        role: RoleId,
        reason: String,
    },
    /// The moment that it begins with is known.
    ClockStarted {
        clock: ClockId,
        #[serde(flatten)]
        run: Run,
    },
    /// The moment that it begins with was corrected.
    ClockMoved {
        clock: ClockId,
        before: Run,
        #[serde(flatten)]
        run: Run,
    },
    /// The report was submitted, at `at`.
    ReportSubmitted {
        by: PersonId,
        clock: ClockId,
        at: At,
        /// What the authority, or its portal, calls it.
        text: String,
        /// SHA-256 of what was submitted, in hexadecimal.
        #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "mark::fact")]
        digest: Option<String>,
    },
}

/// How a clock of law runs, fixed as it began: a later version of its pack moves nothing that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began.
    pub start: At,
    /// The other moment that it may be no later than a time after, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<At>,
    /// What people are held to.
    pub due: At,
    /// The last moment by the law; `None` where it gives no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<At>,
    /// The number of the duty that keeps it.
    pub obligation: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    #[serde(flatten)]
    pub began: Began,
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassId>,
    #[serde(flatten)]
    pub nature: Nature,
    pub impact: Impact,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moments: Vec<KnownMoment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The queue whose slowness it is about; the bot opens no second one for it meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// Of one about the ledger's time stamps: until when the newest can be checked. It is to be resolved by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamps_end: Option<At>,
    /// The laws that may ask for a report, by the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regimes: Vec<Watched>,
}

/// A moment that was known when the incident was opened; whoever opened it said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownMoment {
    pub which: Which,
    pub at: At,
}
