//! What can be asked of a handoff.

use super::Scope;
use crate::domain::line::Named;
use crate::domain::obligation::Receiver;
use crate::domain::{Case, CaseId, PersonId, RoleId, WorkflowId};

/// What somebody gives to hand something over, or to take it.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub scope: Scope,
    /// `None`: whoever asks.
    pub giver: Option<PersonId>,
    pub to: Option<Receiver>,
    /// The party that takes over, by the role that the policy names for it.
    pub to_party: Option<String>,
    pub reason: Option<String>,
    /// Whoever asks takes it, without the giver's word.
    pub takes: bool,
    /// Who asked, where the bot opens it as a part of something that they asked for.
    pub asked_by: Option<PersonId>,
    /// The cases in its scope, once they were read.
    pub cases: Option<Vec<Case>>,
}

/// What can be asked of a handoff.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Everything that wasn't refused is the receiver's from now on.
    Accept(Accepting),
    /// The receiver shows that they know something of what has to be known.
    Prove {
        item: u32,
        /// The case in which they did something that shows it.
        on: Option<CaseId>,
        text: String,
        /// That case, once it was read.
        cases: Option<Vec<Case>>,
    },
    /// One item stays with its giver.
    Refuse {
        item: u32,
        reason: String,
        /// The cases of it that aren't over, once they were read.
        cases: Option<Vec<Case>>,
    },
    /// All of it does.
    Decline {
        reason: String,
        /// As of [`Command::Refuse`].
        cases: Option<Vec<Case>>,
    },
    Withdraw {
        reason: String,
        /// As of [`Command::Refuse`].
        cases: Option<Vec<Case>>,
    },
    /// The giver says that it was understood.
    Confirm { text: Option<String> },
    /// The giver puts right what the receiver said back.
    Correct { text: String },
    /// What becomes of an item that was refused; without one, of all of it, or of the only one.
    Place { item: Option<u32>, text: String },
    /// Somebody else looks at what was taken over in an emergency.
    ReviewTake { text: String },
}

/// What the receiver says with their acceptance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepting {
    /// The case on which a clock runs out first.
    pub first: Option<CaseId>,
    /// Who hears next if no answer comes there.
    pub next: Option<RoleId>,
    /// The workflow that a law forbids altering now.
    pub unaltered: Option<WorkflowId>,
    pub condition: Option<String>,
    /// The cases in its scope, once they were read.
    pub cases: Option<Vec<Case>>,
}

/// The verbs that its rules tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Accept,
    Briefing,
    Confirm,
    Correct,
    Decline,
    Offer,
    Place,
    Prove,
    Refuse,
    Take,
    TakeReview,
}

impl Verb {
    /// The verb that opens a handoff.
    pub const OPENS: Verb = Verb::Offer;
}

impl Named for Verb {}
