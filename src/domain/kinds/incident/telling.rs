//! What is told of an incident beside what is told of every case.

use serde::{Deserialize, Serialize};

use super::SeatName;
use crate::domain::{At, ClockId, PersonId, RegimeId, RoleId, Severity, WorkflowId};

/// Told of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "incident/")]
pub enum Telling {
    /// A new incident, to the people who must acknowledge it.
    Opened {
        severity: Severity,
        workflow: WorkflowId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        people: Vec<PersonId>,
        due: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
    Paged {
        role: RoleId,
        people: Vec<PersonId>,
        by: PersonId,
        reason: String,
        due: At,
    },
    StillWorking {
        person: PersonId,
        due: At,
    },
    AcknowledgementLapsed {
        people: Vec<PersonId>,
        due: At,
        /// Whose shift is over, where that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shift_of: Option<PersonId>,
    },
    SeverityChanged {
        from: Severity,
        to: Severity,
        by: PersonId,
        reason: String,
        people: Vec<PersonId>,
    },
    FollowUp {
        assignee: PersonId,
        due: At,
        text: String,
    },
    SeatTaken {
        seat: SeatName,
        person: PersonId,
        by: PersonId,
    },
    SeatLeft {
        seat: SeatName,
        by: PersonId,
    },
    /// A clock of law runs, to the people who owe the report.
    ClockStarted {
        clock: ClockId,
        people: Vec<PersonId>,
        due: At,
        /// The last moment by the law; `None` where it gives no number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<At>,
        start: At,
    },
    /// A law may ask for a report, and somebody has to say whether it does.
    WhetherOwed {
        regime: RegimeId,
        people: Vec<PersonId>,
        due: At,
        /// When that report would be due.
        would_be_due: At,
    },
    /// The moment that it began with was corrected.
    ClockMoved {
        clock: ClockId,
        people: Vec<PersonId>,
        due: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<At>,
        start: At,
        /// When it began, and when it was due, before.
        started_before: At,
        due_before: At,
    },
}
