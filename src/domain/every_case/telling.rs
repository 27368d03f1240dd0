//! What is told of any case, whatever its kind.

use serde::{Deserialize, Serialize};

use crate::domain::kinds::AskedNow;
use crate::domain::line::Sentence;
use crate::domain::notice::{ClockItem, To};
use crate::domain::obligation::{About, Attribution, Receiver, Standing, Under};
use crate::domain::{At, CaseId, Duty, Label, PersonId};

/// An answer that was late when it was handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LateAnswer {
    pub duty: Duty,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// Told of any case. Texts of people are plain strings here and are escaped by the adapter that shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "case/")]
pub enum Telling {
    /// Something fell due in a case: one message for everything that did.
    Clock {
        items: Vec<ClockItem>,
    },
    /// A duty moved to you, or away from you.
    Moved {
        duty: Duty,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
        due: At,
        from: Vec<PersonId>,
        to: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
    },
    /// A line of an incident's story: update, decision, note, link, moment, seat, follow-up …
    Said {
        what: Label,
        by: PersonId,
        text: String,
        /// When the next one of its kind comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<At>,
        /// For everybody in the case's own channel, not only for whoever follows its thread.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        for_all: bool,
    },
    State {
        state: Label,
        /// Nothing more is expected to happen to what the case is about.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        over: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        text: String,
    },
    Paused {
        duty: Duty,
        reason: String,
        by: PersonId,
        ends: At,
    },
    Resumed {
        duty: Duty,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        due: At,
        /// The exception that had stopped the clock, and is in force no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
    },
    /// An exception stops clocks while it is in force.
    Excepted {
        exception: CaseId,
        duties: Vec<Duty>,
        ends: At,
    },
    /// What the bot itself has seen about it.
    Observed {
        seen: String,
    },
    Waived {
        duty: Duty,
        by: PersonId,
        reason: String,
    },
    Contested {
        duty: Duty,
        by: PersonId,
        says: Attribution,
        reason: String,
    },
    Settled {
        duty: Duty,
        by: PersonId,
        to: Attribution,
        reason: String,
    },
    Invited {
        by: PersonId,
        person: PersonId,
    },
    Uninvited {
        by: PersonId,
        person: PersonId,
    },
    /// Somebody takes part of their own accord.
    Joined {
        by: PersonId,
    },
    /// Somebody who doesn't see the case asks to be let in.
    AskedIn {
        by: PersonId,
        text: String,
    },
    /// Somebody has sat in one of its seats for too long, and is to hand it over.
    ToRelieve {
        seat: Label,
        person: PersonId,
        since: At,
        due: At,
    },
    /// What somebody held on it is somebody else's from now on.
    HandedOver {
        handoff: CaseId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
        to: Receiver,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Label>,
        /// How many open answers went along.
        answers: u32,
        /// Those of them that were late then, the latest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        late: Vec<LateAnswer>,
        /// Of the others, the one due first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
    },
    /// The private answer to whoever asked.
    Done {
        what: Sentence,
    },
    /// A sentence of its own.
    Sentence {
        text: Sentence,
    },
}

impl Telling {
    /// Updates, decisions and turns of state; not clocks and remarks.
    pub(in crate::domain) fn is_for_all(&self) -> bool {
        match self {
            Telling::State { .. } | Telling::Observed { .. } | Telling::HandedOver { .. } => true,
            Telling::Said { for_all, .. } => *for_all,
            Telling::Clock { .. }
            | Telling::Moved { .. }
            | Telling::Paused { .. }
            | Telling::Resumed { .. }
            | Telling::Excepted { .. }
            | Telling::Waived { .. }
            | Telling::Contested { .. }
            | Telling::Settled { .. }
            | Telling::Invited { .. }
            | Telling::Uninvited { .. }
            | Telling::Joined { .. }
            | Telling::AskedIn { .. }
            | Telling::ToRelieve { .. }
            | Telling::Done { .. }
            | Telling::Sentence { .. } => false,
        }
    }

    /// As it is true now; `None`: it isn't asked any more.
    pub(in crate::domain) fn up_to_date(mut self, asked: &AskedNow<'_>) -> Option<Telling> {
        match &mut self {
            Telling::Clock { items } => {
                items.retain_mut(|item| {
                    let owed = asked.case.obligation(item.number);
                    let Some(owed) = owed.filter(|it| matches!(it.standing, Standing::Owed)) else { return false };
                    // Others still have to answer; whoever has isn't reminded.
                    if matches!(asked.to, To::Person(person) if owed.is_answered_by(person)) {
                        return false;
                    }
                    (item.now, item.due, item.have) = (asked.people.at, owed.terms.due, owed.votes);
                    item.waiting_on = asked.waiting_on(owed);
                    true
                });
                if items.is_empty() {
                    return None;
                }
            }
            Telling::Moved { due, .. } | Telling::ToRelieve { due, .. } => {
                if let Some((_, now)) = asked.of_whom_by_when() {
                    *due = now;
                }
            }
            // What happened stays as it was.
            Telling::Said { .. }
            | Telling::State { .. }
            | Telling::Paused { .. }
            | Telling::Resumed { .. }
            | Telling::Excepted { .. }
            | Telling::Observed { .. }
            | Telling::Waived { .. }
            | Telling::Contested { .. }
            | Telling::Settled { .. }
            | Telling::Invited { .. }
            | Telling::Uninvited { .. }
            | Telling::Joined { .. }
            | Telling::AskedIn { .. }
            | Telling::HandedOver { .. }
            | Telling::Done { .. }
            | Telling::Sentence { .. } => {}
        }
        Some(self)
    }
}
