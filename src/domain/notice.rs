//! What is to be told, to whom: derived from what became true. Knows no platform and no wording: each [`Telling`] is
//! worded by the template of its name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kinds::AskedNow;
use super::obligation::{About, Holder, Passed};
use super::policy::Channel;
use super::{At, Case, CaseId, Duty, People, PersonId, Telling};

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
    /// would not be true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub while_owed: Vec<u32>,
    /// Not before quiet hours and batching allow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<At>,
}

impl Notice {
    /// As it is true now that it is told; `None`: it isn't asked any more. A rule's time is that of the `people`.
    pub fn up_to_date(self, case: &Case, people: &People<'_>) -> Option<Notice> {
        let is_owed = |number: &u32| case.open_obligations().any(|it| it.number == *number);
        if !self.while_owed.is_empty() && !self.while_owed.iter().any(is_owed) {
            return None;
        }
        let owed = self.while_owed.iter().filter_map(|number| case.obligation(*number)).collect();
        let telling = self.telling.up_to_date(&AskedNow { to: &self.to, case, owed, people })?;
        Some(Notice { telling, ..self })
    }
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
    /// The revision of an approval's action that is shown, so that a vote is bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}
