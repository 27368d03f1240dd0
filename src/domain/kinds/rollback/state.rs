//! The states of a rollback, and what people said on the way.

use serde::{Deserialize, Serialize};

use super::CallStands;
use crate::domain::policy::Way;
use crate::domain::{At, CaseId, ClockId, Label, PersonId, RoleId, Span, SystemId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackState {
    /// A drill is due, and nobody has said yet of what.
    Due,
    Proposed,
    Authorised,
    Refused,
    Running,
    /// The last state of one that came to an outcome.
    Confirmed,
    Abandoned,
}

impl RollbackState {
    pub const ALL: [RollbackState; 7] = [
        RollbackState::Due,
        RollbackState::Proposed,
        RollbackState::Authorised,
        RollbackState::Refused,
        RollbackState::Running,
        RollbackState::Confirmed,
        RollbackState::Abandoned,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            RollbackState::Due => "due",
            RollbackState::Proposed => "proposed",
            RollbackState::Authorised => "authorised",
            RollbackState::Refused => "refused",
            RollbackState::Running => "running",
            RollbackState::Confirmed => "confirmed",
            RollbackState::Abandoned => "abandoned",
        }
    }

    pub const fn is_closed(self) -> bool {
        match self {
            RollbackState::Refused | RollbackState::Confirmed | RollbackState::Abandoned => true,
            RollbackState::Due | RollbackState::Proposed | RollbackState::Authorised | RollbackState::Running => false,
        }
    }
}

/// What it came to. That it was abandoned is a state of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It works again as it should.
    Recovered,
    /// It does no more harm, and doesn't work as it should yet.
    Contained,
    /// It is out of use for now.
    InMaintenance,
    /// It went the way and is no better for it, or worse.
    Failed,
}

impl Outcome {
    pub const ALL: [Outcome; 4] = [Outcome::Recovered, Outcome::Contained, Outcome::InMaintenance, Outcome::Failed];
    pub const WORDS: &[&str] = &["recovered", "contained", "in-maintenance", "failed"];

    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Recovered => "recovered",
            Outcome::Contained => "contained",
            Outcome::InMaintenance => "in-maintenance",
            Outcome::Failed => "failed",
        }
    }

    pub fn read(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What becomes of the calls, jobs and agents that are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flight {
    Stopped,
    /// They were let come to their end, and nothing new began.
    Drained,
    /// They go on with the version that they began with, by decision.
    Left,
}

impl Flight {
    pub const ALL: [Flight; 3] = [Flight::Stopped, Flight::Drained, Flight::Left];
    pub const WORDS: &[&str] = &["stopped", "drained", "left"];

    pub const fn word(self) -> &'static str {
        match self {
            Flight::Stopped => "stopped",
            Flight::Drained => "drained",
            Flight::Left => "left",
        }
    }

    pub fn read(word: &str) -> Option<Flight> {
        Flight::ALL.into_iter().find(|flight| flight.word() == word)
    }
}

/// A version of the system, as people name it, and the digest of what runs then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// It is for practice. Never shown as the real thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drill {
    /// What is supposed to have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Those who take part know that it is none.
    pub announced: bool,
}

/// Another way out, held against the one that is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    pub way: Way,
    pub by: PersonId,
    /// Who would decide on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<RoleId>,
    /// How long it would take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Span>,
    /// What could not be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<String>,
    /// Why it isn't taken; of the way that is, why it is.
    pub reason: String,
}

/// Somebody looked at one of the criteria.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    pub by: PersonId,
    pub at: At,
    pub met: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Something that somebody said, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// `None`: a machine, or the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Word {
    pub(super) fn of(by: &PersonId, at: At, text: Option<&str>) -> Word {
        Word { by: Some(by.clone()), stands_in_for: None, at, text: text.map(str::to_owned) }
    }
}

/// Whether a party goes along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub role: RoleId,
    pub go: bool,
    pub word: Word,
}

/// The head of the ledger that was signed before anything was altered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    pub at: At,
    pub size: u64,
    pub root: Label,
}

/// The decision to alter the system although a law forbids that for now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Altering {
    /// Those that may be named.
    pub clocks: Vec<ClockId>,
    /// The incidents whose laws these are, as far as they may be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<CaseId>,
    /// So does a law whose incident only its people may know of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    pub word: Word,
}

/// How a step stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepStands {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Word>,
    /// Why it can't be done; until it is done or skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Word>,
    /// Whoever authorises agreed once more that there is no way back after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Word>,
    /// How it stands with calling a machine for it, once there is anything to say of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallStands>,
}

impl StepStands {
    /// Nobody owes anything on it any more.
    pub fn is_over(&self) -> bool {
        self.done.is_some() || self.skipped.is_some()
    }
}

/// What the bad version decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookBack {
    pub from: At,
    pub to: At,
    pub count: u64,
    pub word: Word,
}

/// What was to be confirmed and isn't so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// The system that doesn't go on. `None`: registry or pipeline lead back to the bad version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemId>,
    pub word: Word,
}

/// Something that was found missing on the way, and who sees to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Counts from 1.
    pub number: u32,
    pub by: PersonId,
    pub text: String,
    pub assignee: PersonId,
    pub due: At,
    /// The number of the answer that is owed.
    pub obligation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Word>,
}

/// The same failure was tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriedAgain {
    pub held: bool,
    pub word: Word,
}
