//! What is told of an exception beside what is told of every case.

use serde::{Deserialize, Serialize};

use super::{Advice, Control};
use crate::domain::kinds::AskedNow;
use crate::domain::policy::AtEnd;
use crate::domain::{At, CaseId, ExceptionClassId, Label, PersonId, RoleId, WorkflowId};

/// Told of an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "exception/")]
pub enum Telling {
    Raised {
        by: PersonId,
        workflow: WorkflowId,
        class: ExceptionClassId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<CaseId>,
        people: Vec<PersonId>,
        due: At,
    },
    /// Those who rule on it are asked to.
    ToRule {
        people: Vec<PersonId>,
        role: RoleId,
        due: At,
        /// What somebody says with it: why it comes back, why it is to be renewed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who says that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advice: Option<Advice>,
        /// It is to be renewed, until then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        renewal: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<At>,
    },
    ToSpecialist {
        people: Vec<PersonId>,
        role: RoleId,
        due: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    Taken {
        by: PersonId,
        until: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
    },
    /// Nobody works on it now.
    Free {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        people: Vec<PersonId>,
        /// The time for which it was taken has passed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        passed: bool,
    },
    /// It is in force from now on; by a renewal, for longer.
    Granted {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<At>,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        control: Option<Control>,
        /// When the first proof of the control is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<At>,
        /// How many times it was renewed by now.
        renewals: u32,
        raised_by: PersonId,
    },
    /// It is not granted.
    Ruled {
        outcome: Label,
        by: PersonId,
        reason: String,
        raised_by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
    },
    ExpiryNear {
        until: At,
        raised_by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        control: Option<Control>,
    },
    Expired {
        until: At,
        people: Vec<PersonId>,
        due: At,
        /// The case whose clock it had stopped, and what becomes of that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<CaseId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_end: Option<AtEnd>,
    },
    Suspended {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        control: Option<Control>,
        people: Vec<PersonId>,
    },
    Lifted {
        by: PersonId,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<At>,
    },
    Proven {
        by: PersonId,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// When the next proof is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<At>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        suspended: bool,
    },
    Over {
        state: Label,
        by: PersonId,
        reason: String,
    },
}

impl Telling {
    /// Who asks for an answer names those who have yet to give it, and by when.
    pub(super) fn up_to_date(mut self, asked: &AskedNow<'_>) -> Option<Telling> {
        let now = asked.of_whom_by_when();
        match &mut self {
            Telling::Raised { people, due, .. }
            | Telling::ToRule { people, due, .. }
            | Telling::ToSpecialist { people, due, .. }
            | Telling::Expired { people, due, .. } => {
                if let Some(now) = now {
                    (*people, *due) = now;
                }
            }
            Telling::Free { people, .. } => {
                if let Some((now, _)) = now {
                    *people = now;
                }
            }
            // What happened stays as it was.
            Telling::Taken { .. }
            | Telling::Granted { .. }
            | Telling::Ruled { .. }
            | Telling::ExpiryNear { .. }
            | Telling::Suspended { .. }
            | Telling::Lifted { .. }
            | Telling::Proven { .. }
            | Telling::Over { .. } => {}
        }
        Some(self)
    }
}
