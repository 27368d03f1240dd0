//! What becomes true of an exception.

use serde::{Deserialize, Serialize};

use super::{Advice, Grant};
use crate::domain::kinds::Began;
use crate::domain::policy::{RecurrenceRule, Windows};
use crate::domain::{At, CaseId, ExceptionClassId, PersonId, RoleId};

/// What becomes true of an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "exception.")]
pub enum Event {
    /// Always the first event, and only there.
    Raised(Box<Raised>),
    Triaged {
        by: PersonId,
        class: ExceptionClassId,
    },
    /// Somebody works on it now. `from` had it until then.
    Taken {
        by: PersonId,
        until: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
    },
    HandedBack {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The time for which it was taken has passed.
    LeaseEnded {
        by: PersonId,
    },
    /// `by: None`: its class asks for a recommendation.
    SentToSpecialist {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        role: RoleId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    Recommended {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        /// The role that was asked.
        role: RoleId,
        advice: Advice,
        reason: String,
    },
    SentBack {
        by: PersonId,
        reason: String,
    },
    Granted(Box<Grant>),
    Refused {
        by: PersonId,
        reason: String,
    },
    Corrected {
        by: PersonId,
        text: String,
    },
    RenewalAsked {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<At>,
        reason: String,
    },
    /// A ruling of its own: what was granted before stays as it was.
    Renewed(Box<Grant>),
    RenewalRefused {
        by: PersonId,
        reason: String,
    },
    /// The first `through` of the grant's warnings are said.
    ExpiryNear {
        through: u32,
    },
    /// It came to the end that was agreed, whenever that was noticed.
    Expired {
        until: At,
    },
    /// `by: None`: the proof of its control was missing when it was due.
    Suspended {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Lifted {
        by: PersonId,
        reason: String,
    },
    ControlProven {
        by: PersonId,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    Closed {
        by: PersonId,
        text: String,
    },
    Withdrawn {
        by: PersonId,
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raised {
    #[serde(flatten)]
    pub began: Began,
    pub class: ExceptionClassId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// The case that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<CaseId>,
    /// The queue in which it waits is counted over these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Windows>,
    /// How many of its class are usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<RecurrenceRule>,
}
