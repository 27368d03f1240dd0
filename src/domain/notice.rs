//! What is to be told, to whom: derived from what became true. Knows no platform and no wording: each [`Telling`] is
//! worded by the template of its name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kinds::AskedNow;
use super::obligation::{About, Holder, Obligation, Passed, Standing};
use super::policy::Channel;
use super::{At, Case, CaseId, Duty, People, PersonId, Telling, every_case};

/// Names a message to be: the ledger entry that made it true, and its place among that entry's notices, from 0. Written
/// `12.0`, and `{"entry":12,"place":0}` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboxId {
    pub entry: i64,
    pub place: u32,
}

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.entry, self.place)
    }
}

/// One message to be, once it is in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub to: To,
    /// The case that it is about; `None`: it concerns no single case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<CaseTitle>,
    pub telling: Telling,
    /// The obligations that it asks an answer for. When none of them is open any more, an unsent notice is dropped: it
    /// would not be true. One that was sent is changed to say what became of them: see [`Notice::stands`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub while_owed: Vec<u32>,
    /// It also says what happened, so it is told, and stays, when nothing of it is owed any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_news: bool,
    /// Not before quiet hours and batching allow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<At>,
}

impl Notice {
    /// As it is true now that it is told; `None`: it isn't asked any more. A rule's time is that of the `people`.
    pub fn up_to_date(self, case: &Case, people: &People<'_>) -> Option<Notice> {
        let is_owed = |number: &u32| case.open_obligations().any(|it| it.number == *number);
        if !self.is_news && !self.while_owed.is_empty() && !self.while_owed.iter().any(is_owed) {
            return None;
        }
        let owed = self.while_owed.iter().filter_map(|number| case.obligation(*number)).collect();
        let telling = self.telling.up_to_date(&AskedNow { to: &self.to, case, owed, people })?;
        Some(Notice { telling, ..self })
    }

    /// Its reader put off being reminded of it, or wanted to be at another moment since.
    pub fn is_put_off(&self, case: &Case, people: &People<'_>) -> bool {
        let (To::Person(person), Telling::Case(every_case::Telling::Clock { items })) = (&self.to, &self.telling)
        else {
            return false;
        };
        // A reminder that is nearly there goes along with what is told now.
        let soon = people.at + people.policy.batch_within;
        case.is_put_off(person, items.iter().map(|item| item.number), soon)
            || items.iter().all(|item| item.passed.is_wanted() && case.is_replaced(person, item.passed.scheduled))
    }

    /// How what it asks for stands now, for a message that was sent. A rule's time is that of the `people`.
    pub fn stands(&self, case: &Case, people: &People<'_>) -> Stands {
        let reader = match &self.to {
            To::Person(person) if !case.is_visible_to(person, people) => return Stands::Hidden,
            To::Person(person) => Some(person),
            To::Case | To::Channel(_) | To::Operators => None,
        };
        let asked: Vec<&Obligation> = self.while_owed.iter().filter_map(|number| case.obligation(*number)).collect();
        let open: Vec<&Obligation> = asked.iter().copied().filter(|it| it.is_open()).collect();
        if open.is_empty() {
            return match asked.is_empty() {
                true => Stands::Told,
                false => Stands::Ended(self.while_owed.clone()),
            };
        }
        let theirs =
            |it: &&Obligation, person| !it.answers.contains(person) && case.may_answer(it, person, people).is_some();
        if let Some(person) = reader
            && !open.iter().any(|it| theirs(it, person))
        {
            let answered = open.iter().any(|it| it.answers.contains(person));
            return Stands::WithOthers { answered, owed: open.iter().map(|it| it.number).collect() };
        }
        let until = |it: &&Obligation| match &it.standing {
            Standing::Paused { ends, .. } => Some(*ends),
            Standing::Owed | Standing::Met { .. } | Standing::Waived { .. } | Standing::Void { .. } => None,
        };
        let paused: Option<Vec<At>> = open.iter().map(until).collect();
        match paused.and_then(|ends| ends.into_iter().min()) {
            Some(until) => Stands::Paused { until },
            None => Stands::Asked,
        }
    }
}

/// How what a message asks for stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It asks for nothing.
    Told,
    /// An answer is owed, and its reader may give it.
    Asked,
    /// An answer is owed, and no clock runs until `until` at most.
    Paused { until: At },
    /// Its reader has answered, or isn't asked any more; others still owe these.
    WithOthers { answered: bool, owed: Vec<u32> },
    /// None of these is owed any more.
    Ended(Vec<u32>),
    /// Its reader may not see the case any more.
    Hidden,
}

/// The private answer to the person who asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub about: Option<CaseTitle>,
    pub telling: Telling,
}

/// A case as it is named in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseTitle {
    pub case: CaseId,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum To {
    /// The case's thread, in each of its homes.
    Case,
    /// A direct message.
    Person(PersonId),
    Channel(Channel),
    /// The operators' channel of the policy in force.
    Operators,
}

/// One obligation that fell due, for a message about what fell due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockItem {
    /// The obligation's number within the case.
    pub number: u32,
    pub duty: Duty,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub holder: Holder,
    /// Whose answer still matters, the person who acts next first.
    pub waiting_on: Vec<PersonId>,
    pub due: At,
    /// The moment of the telling, so that "24 min left" can be said.
    pub now: At,
    pub have: u32,
    pub need: u32,
    pub passed: Passed,
    /// People of the roles that were called in just now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_people: Vec<PersonId>,
    /// What an answer is bound to: the revision of what is asked that is shown, or the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

impl Stands {
    /// An answer is owed that its reader may give, now or after a pause.
    pub fn is_asked(&self) -> bool {
        match self {
            Stands::Asked | Stands::Paused { .. } => true,
            Stands::Told | Stands::WithOthers { .. } | Stands::Ended(_) | Stands::Hidden => false,
        }
    }
}
