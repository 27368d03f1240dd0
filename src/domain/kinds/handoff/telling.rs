//! What is told of a handoff beside what is told of every case.

use serde::{Deserialize, Serialize};

use super::SaidBack;
use crate::domain::kinds::AskedNow;
use crate::domain::obligation::Receiver;
use crate::domain::{At, CaseId, Duty, Label, PersonId};

/// An answer that was late when it was handed over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Late {
    pub case: CaseId,
    pub duty: Duty,
}

/// Told of a handoff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "handoff/")]
pub enum Telling {
    Offered {
        giver: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        items: u32,
        /// What the receiver is asked to say back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        asked: Vec<Label>,
        people: Vec<PersonId>,
        due: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The one moment from which on the receiver has it.
    Moved {
        giver: PersonId,
        to: Receiver,
        by: PersonId,
        at: At,
        /// How many cases something of moved on.
        cases: u32,
        answers: u32,
        /// Those of the answers that were late then.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        late: Vec<Late>,
        /// What was refused, or may not be the receiver's.
        stays: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reachable_until: Option<At>,
        /// Who stays reachable, where that isn't its giver.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<PersonId>,
    },
    /// What the receiver said back, for whoever can put it right: `giver` is whoever stays reachable.
    SaidBack { by: PersonId, giver: PersonId, said: Vec<SaidBack>, wrong: u32, due: At },
    /// The receiver showed that they know something.
    Proven {
        by: PersonId,
        item: u32,
        /// The case that shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<CaseId>,
        text: String,
        /// How many are still to be shown.
        left: u32,
    },
    /// An item, or all of it, stays with its giver.
    Refused {
        by: PersonId,
        giver: PersonId,
        /// `None`: all of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        what: Option<String>,
        reason: String,
        /// It isn't its giver's any more, so no place has to be found for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        gone: bool,
        /// Who has it by now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held_by: Vec<PersonId>,
        /// Who says what becomes of it, and by when.
        people: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
    },
    /// Somebody took it over in an emergency.
    Taken { by: PersonId, giver: PersonId, on: CaseId, reason: String, at: At, people: Vec<PersonId>, due: At },
    Over {
        state: Label,
        by: PersonId,
        /// Of one item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

impl Telling {
    /// Who asks for an answer names those who have yet to give it, and by when.
    pub(super) fn up_to_date(mut self, asked: &AskedNow<'_>) -> Option<Telling> {
        let now = asked.of_whom_by_when();
        match &mut self {
            Telling::Offered { people, due, .. } | Telling::Taken { people, due, .. } => {
                if let Some(now) = now {
                    (*people, *due) = now;
                }
            }
            Telling::Refused { people, due, .. } => {
                if let Some((now, by)) = now {
                    (*people, *due) = (now, Some(by));
                }
            }
            // What happened stays as it was.
            Telling::Moved { .. } | Telling::SaidBack { .. } | Telling::Proven { .. } | Telling::Over { .. } => {}
        }
        Some(self)
    }
}
