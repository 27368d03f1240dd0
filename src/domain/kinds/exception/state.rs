//! The states of an exception, what was granted, and whether it is in force.

use serde::{Deserialize, Serialize};

use crate::domain::{At, PersonId, RoleId, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    Raised,
    /// Its class is confirmed; whoever rules on it hasn't begun.
    Triaged,
    InReview,
    WithSpecialist,
    Granted,
    /// Granted, and out of force until somebody lifts that.
    Suspended,
    /// Granted once; its end has come, and somebody has to say what follows.
    Expired,
    Refused,
    /// No exception: what is wrong is being put right.
    Corrected,
    Closed,
    Withdrawn,
}

impl ExceptionState {
    pub const ALL: [ExceptionState; 11] = [
        ExceptionState::Raised,
        ExceptionState::Triaged,
        ExceptionState::InReview,
        ExceptionState::WithSpecialist,
        ExceptionState::Granted,
        ExceptionState::Suspended,
        ExceptionState::Expired,
        ExceptionState::Refused,
        ExceptionState::Corrected,
        ExceptionState::Closed,
        ExceptionState::Withdrawn,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            ExceptionState::Raised => "raised",
            ExceptionState::Triaged => "triaged",
            ExceptionState::InReview => "in-review",
            ExceptionState::WithSpecialist => "with-specialist",
            ExceptionState::Granted => "granted",
            ExceptionState::Suspended => "suspended",
            ExceptionState::Expired => "expired",
            ExceptionState::Refused => "refused",
            ExceptionState::Corrected => "corrected",
            ExceptionState::Closed => "closed",
            ExceptionState::Withdrawn => "withdrawn",
        }
    }

    pub const fn is_closed(self) -> bool {
        match self {
            ExceptionState::Refused | ExceptionState::Closed | ExceptionState::Withdrawn => true,
            ExceptionState::Raised
            | ExceptionState::Triaged
            | ExceptionState::InReview
            | ExceptionState::WithSpecialist
            | ExceptionState::Granted
            | ExceptionState::Suspended
            | ExceptionState::Expired
            | ExceptionState::Corrected => false,
        }
    }

    /// Nobody has ruled on it yet.
    pub const fn awaits_ruling(self) -> bool {
        match self {
            ExceptionState::Raised
            | ExceptionState::Triaged
            | ExceptionState::InReview
            | ExceptionState::WithSpecialist => true,
            ExceptionState::Granted
            | ExceptionState::Suspended
            | ExceptionState::Expired
            | ExceptionState::Refused
            | ExceptionState::Corrected
            | ExceptionState::Closed
            | ExceptionState::Withdrawn => false,
        }
    }
}

/// What a specialist advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    Grant,
    Refuse,
    Correct,
}

impl Advice {
    pub const WORDS: &[&str] = &["grant", "refuse", "correct"];

    pub const fn word(self) -> &'static str {
        match self {
            Advice::Grant => "grant",
            Advice::Refuse => "refuse",
            Advice::Correct => "correct",
        }
    }

    pub fn read(word: &str) -> Option<Advice> {
        [Advice::Grant, Advice::Refuse, Advice::Correct].into_iter().find(|advice| advice.word() == word)
    }
}

/// What somebody who may rule has granted. None of it is ever written anew: a renewal is another grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    /// Who had asked for it, where it renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<PersonId>,
    pub from: At,
    /// `None`: until somebody revokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// When its people are warned of the end, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warn: Vec<At>,
}

/// What takes the place of what is excepted from, and who shows that it works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub text: String,
    pub holder: RoleId,
    pub every: Span,
}

/// Somebody has taken it: shown, and never the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    pub by: PersonId,
    pub until: At,
}

/// What a specialist said. It rules on nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    /// The role that was asked.
    pub role: RoleId,
    pub at: At,
    pub advice: Advice,
    pub reason: String,
}

/// A renewal that somebody asked for and nobody has ruled on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenewalAsked {
    pub by: PersonId,
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    pub reason: String,
}

/// The last proof that the control works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    pub by: PersonId,
    pub at: At,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A time in which it was in force without a break. What it was agreed to end at is not written over by when it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub from: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<At>,
}

/// How and when it came to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    pub at: At,
    /// `None`: the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}
