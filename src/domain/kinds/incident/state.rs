//! The states of an incident, and what it holds: seats, moments, follow-ups, what was said at a turn.

use serde::{Deserialize, Serialize};

use crate::domain::{At, CaseId, PersonId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    Open,
    Acknowledged,
    Contained,
    /// Over, but not closed: the review is owed.
    Resolved,
    Reviewed,
    Merged {
        into: CaseId,
    },
    Withdrawn,
}

/// What somebody said at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub by: PersonId,
    pub at: At,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// When something happened, by whose word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub number: u32,
    pub assignee: PersonId,
    pub due: At,
    pub text: String,
    /// The number of the duty that keeps its clock.
    pub obligation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<At>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    Known,
    /// A state of its own: governance risk rises while nobody can say what happened.
    Unclear,
}

/// The moments that clocks of law start from; kept apart because half of those clocks run from one and half from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// It happened.
    Occurred,
    /// Somebody or something noticed.
    Detected,
    /// The organisation knew.
    Aware,
    /// It was judged to be of the kind that is reported: “major”.
    Classified,
    /// It was determined that it is what the law speaks of: material, an incident at all.
    Determined,
    /// Extortion was paid.
    Paid,
    /// What corrects or mitigates it is there.
    Fixed,
}

impl Which {
    pub const ALL: [Which; 7] = [
        Which::Occurred,
        Which::Detected,
        Which::Aware,
        Which::Classified,
        Which::Determined,
        Which::Paid,
        Which::Fixed,
    ];
    /// What can be typed.
    pub const WORDS: &'static [&'static str] =
        &["occurred", "detected", "aware", "classified", "determined", "paid", "fixed"];

    pub const fn word(self) -> &'static str {
        match self {
            Which::Occurred => "occurred",
            Which::Detected => "detected",
            Which::Aware => "aware",
            Which::Classified => "classified",
            Which::Determined => "determined",
            Which::Paid => "paid",
            Which::Fixed => "fixed",
        }
    }

    /// The moment that a word means.
    pub fn read(word: &str) -> Option<Which> {
        Which::ALL.into_iter().find(|which| which.word() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeatName {
    Lead,
    Comms,
    Scribe,
}

impl SeatName {
    pub const ALL: [SeatName; 3] = [SeatName::Lead, SeatName::Comms, SeatName::Scribe];
    pub const fn word(self) -> &'static str {
        match self {
            SeatName::Lead => "lead",
            SeatName::Comms => "comms",
            SeatName::Scribe => "scribe",
        }
    }
}

impl IncidentState {
    pub const fn word(self) -> &'static str {
        match self {
            IncidentState::Open => "open",
            IncidentState::Acknowledged => "acknowledged",
            IncidentState::Contained => "contained",
            IncidentState::Resolved => "resolved",
            IncidentState::Reviewed => "reviewed",
            IncidentState::Merged { .. } => "merged",
            IncidentState::Withdrawn => "withdrawn",
        }
    }

    pub const fn is_closed(self) -> bool {
        match self {
            IncidentState::Open | IncidentState::Acknowledged | IncidentState::Contained | IncidentState::Resolved => {
                false
            }
            IncidentState::Reviewed | IncidentState::Merged { .. } | IncidentState::Withdrawn => true,
        }
    }

    /// Whether there is still something to be done about what happened.
    pub const fn is_live(self) -> bool {
        matches!(self, IncidentState::Open | IncidentState::Acknowledged | IncidentState::Contained)
    }
}

/// How far an update says that an incident has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Contained,
    Resolved,
}

impl Reached {
    pub const WORDS: &[&str] = &["contained", "resolved"];

    pub fn read(word: &str) -> Option<Reached> {
        match word {
            "contained" => Some(Reached::Contained),
            "resolved" => Some(Reached::Resolved),
            _ => None,
        }
    }
}
