//! What each kind of case shows, one row each in `cards!`: the facts of its card, what can be pressed on it, and how its
//! tellings look.

use serde_json::Value as Json;

use super::tell::{Look, look_of_any, look_of_bot};
use super::{Button, Speaker};
use crate::domain::notice::CaseTitle;
use crate::domain::{At, Body, Case, CaseKind, Event, Obligation, Telling, kinds};

mod approval;
mod exception;
mod handoff;
mod incident;
mod rollback;

pub(super) use incident::law_as_seen;

/// What a kind of case must say of its looks. Nothing has a default.
trait Shows: kinds::Kind {
    /// What the template of the case's card sees, beside what every card does.
    fn facts(&self, speaker: &Speaker<'_>, case: &Case, at: At) -> Json;
    /// What somebody who is asked to decide must see before they do; `None`: nothing of this kind is decided so.
    fn asked(&self, speaker: &Speaker<'_>, case: &Case) -> Option<Json>;
    /// The revision that a telling asks a decision on.
    fn revision(telling: &Self::Telling) -> Option<u32>;
    /// How an answer that is no longer owed ended, where that is more than being given: `outcome`, and what else the template of
    /// what became of it sees.
    fn ended(&self, case: &Case, ended: &Obligation) -> Option<Json>;
    /// What can be pressed on the case's card, the most likely first.
    fn buttons(&self, speaker: &Speaker<'_>, case: &Case) -> Vec<Button>;
    /// Whether somebody who joins late has to know of an event.
    fn is_brief(event: &Self::Event) -> bool;
    /// How a telling of this kind looks. `about` is the case that it is told of.
    fn look(telling: &Self::Telling, about: &CaseTitle) -> Look;
    /// One telling of every kind that is told of such a case, for trying templates.
    fn samples() -> Vec<Self::Telling>;
    /// What becomes true of such a case: its opening, then at least one event of every other kind.
    fn story() -> Vec<Self::Event>;
}

macro_rules! cards {
    ($($kind:ident: $it:ty;)*) => {
        /// What the template of the case's card sees, beside what every card does.
        pub(super) fn facts(speaker: &Speaker<'_>, case: &Case, at: At) -> Json {
            match &case.body { $(Body::$kind(it) => it.facts(speaker, case, at),)* }
        }

        /// What somebody who is asked to decide must see before they do; `None`: nothing of this kind is decided so.
        pub(super) fn asked(speaker: &Speaker<'_>, case: &Case) -> Option<Json> {
            match &case.body { $(Body::$kind(it) => it.asked(speaker, case),)* }
        }

        /// The revision that a telling of one kind of case asks a decision on.
        pub(super) fn revision(telling: &Telling) -> Option<u32> {
            match telling {
                Telling::Case(_) | Telling::Bot(_) => None,
                $(Telling::$kind(telling) => <$it as Shows>::revision(telling),)*
            }
        }

        /// How an answer that is no longer owed ended, where that is more than being given.
        pub(super) fn ended(case: &Case, ended: &Obligation) -> Option<Json> {
            match &case.body { $(Body::$kind(it) => it.ended(case, ended),)* }
        }

        /// What can be pressed on the case's card, the most likely first.
        pub(super) fn buttons(speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
            match &case.body { $(Body::$kind(it) => it.buttons(speaker, case),)* }
        }

        /// Whether somebody who joins late has to know of what became true of one kind of case.
        pub(super) fn is_brief(event: &Event) -> bool {
            match event {
                Event::Duty(_) | Event::Case(_) => false,
                $(Event::$kind(event) => <$it as Shows>::is_brief(event),)*
            }
        }

        /// How a telling looks. What a kind of case tells is always told of a case.
        pub(super) fn look(about: Option<&CaseTitle>, telling: &Telling) -> Look {
            match telling {
                Telling::Case(telling) => look_of_any(about, telling),
                Telling::Bot(telling) => look_of_bot(telling),
                $(Telling::$kind(telling) => {
                    about.map(|about| <$it as Shows>::look(telling, about)).unwrap_or_default()
                })*
            }
        }

        /// One telling of every kind that is told of such a case, for trying templates.
        pub(super) fn samples(kind: CaseKind) -> Vec<Telling> {
            match kind { $(CaseKind::$kind => <$it as Shows>::samples().into_iter().map(Telling::from).collect(),)* }
        }

        /// What becomes true of such a case: its opening, then at least one event of every other kind.
        pub(super) fn story(kind: CaseKind) -> Vec<Event> {
            match kind { $(CaseKind::$kind => <$it as Shows>::story().into_iter().map(Event::from).collect(),)* }
        }
    };
}

cards! {
    Incident: kinds::incident::Incident;
    Approval: kinds::approval::Approval;
    Exception: kinds::exception::Exception;
    Handoff: kinds::handoff::Handoff;
    Rollback: kinds::rollback::Rollback;
}
