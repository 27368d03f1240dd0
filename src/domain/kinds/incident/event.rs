//! What becomes true of an incident.

use serde::{Deserialize, Serialize};

use super::{Impact, Nature, SeatName, Which};
use crate::domain::kinds::Began;
use crate::domain::{At, CaseId, ClassId, PersonId, QueueId, RoleId, Severity};

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
}

/// A moment that was known when the incident was opened; whoever opened it said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownMoment {
    pub which: Which,
    pub at: At,
}
