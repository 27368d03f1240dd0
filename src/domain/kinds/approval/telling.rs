//! What is told of an approval beside what is told of every case.

use serde::{Deserialize, Serialize};

use crate::domain::kinds::AskedNow;
use crate::domain::records::Keeps;
use crate::domain::{At, Label, PersonId, RoleId, Span, To};

/// Told of an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "approval/")]
pub enum Telling {
    Asked {
        requester: PersonId,
        revision: u32,
        people: Vec<PersonId>,
        role: RoleId,
        have: u32,
        need: u32,
        due: At,
        stage: u32,
        stages: u32,
    },
    Voted {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        have: u32,
        need: u32,
        waiting_on: Vec<PersonId>,
    },
    VoteTakenBack {
        by: PersonId,
        have: u32,
        need: u32,
        waiting_on: Vec<PersonId>,
    },
    Concluded {
        outcome: Label,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        requester: PersonId,
        took: Span,
    },
    Amended {
        by: PersonId,
        revision: u32,
        people: Vec<PersonId>,
        due: At,
    },
    Question {
        by: PersonId,
        requester: PersonId,
        question: String,
        due: At,
        paused: bool,
    },
    QuestionAnswered {
        revision: u32,
        by: PersonId,
        text: String,
        people: Vec<PersonId>,
    },
    Widened {
        revision: u32,
        role: RoleId,
        people: Vec<PersonId>,
    },
    GlassBroken {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        role: RoleId,
        reason: String,
        people: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
    },
    Slow {
        pending: Span,
    },
    /// What was approved can't be erased yet.
    Deferred {
        keeps: Keeps,
        /// When the erasure is due all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
        /// Nobody can read the words meanwhile …
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        withheld: bool,
        /// … but what is said in cases that are open.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        open: bool,
    },
    /// The words are erased.
    Erased {
        entries: u32,
        files: u32,
    },
}

impl Telling {
    /// Who asks for a decision says how many there are by now, and asks those who have yet to decide.
    pub(super) fn up_to_date(mut self, asked: &AskedNow<'_>) -> Option<Telling> {
        match (&mut self, &asked.owed[..]) {
            (Telling::Asked { have, people, due, .. }, [owed]) => {
                (*have, *due) = (owed.votes, owed.terms.due);
                *people = asked.waiting_on(owed);
                // Somebody who has answered, or whose answer isn't waited for any more, is asked nothing.
                if matches!(asked.to, To::Person(person) if !people.contains(person)) {
                    return None;
                }
            }
            (Telling::Amended { people, due, .. }, _) => {
                if let Some(now) = asked.of_whom_by_when() {
                    (*people, *due) = now;
                }
            }
            // Of those who were called in, the ones whose answer still matters.
            (Telling::Widened { people, .. }, [owed]) => {
                let waiting_on = asked.waiting_on(owed);
                let left: Vec<PersonId> = people.iter().filter(|it| waiting_on.contains(it)).cloned().collect();
                if !left.is_empty() {
                    *people = left;
                }
            }
            // What happened stays as it was; the people who are named were asked then.
            (
                Telling::Asked { .. }
                | Telling::Voted { .. }
                | Telling::VoteTakenBack { .. }
                | Telling::Concluded { .. }
                | Telling::Question { .. }
                | Telling::QuestionAnswered { .. }
                | Telling::Widened { .. }
                | Telling::GlassBroken { .. }
                | Telling::Slow { .. }
                | Telling::Deferred { .. }
                | Telling::Erased { .. },
                _,
            ) => {}
        }
        Some(self)
    }
}
