//! What becomes true of an obligation, as the ledger keeps it.

use serde::{Deserialize, Serialize};

use super::{About, Attribution, Breach, Contest, Holder, Receiver, Terms, Under};
use crate::domain::{At, CaseId, Duty, PartyId, PersonId, RoleId, Span};

/// An obligation as it opens. Its number and its moment are those of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub duty: Duty,
    /// Which one, where a case owes several of a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub holder: Holder,
    /// The holder's party by the policy that the case was opened under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Who is told that they hold it.
    pub held_by: Vec<PersonId>,
    /// The delegations in force, by number, that say who that is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegations: Vec<u32>,
    pub terms: Terms,
}

/// What passing time did to an obligation, as one thing: after downtime several steps may have passed at once, and only
/// what is true now is worth telling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// How many steps have passed now.
    pub through: u32,
    /// The highest nudge passed, in per cent of the target; `None` when the deadline was passed as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nudge: Option<u32>,
    /// The deadline was passed: recorded once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
    /// Roles called in by these steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<RoleId>,
    /// Which repetition after the last step it is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
    /// The moment that the thing told was for.
    pub scheduled: At,
    /// The bot's own lateness, where it is worth telling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Span>,
}

/// What became true of one obligation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "duty.")]
pub enum Change {
    Opened(Box<Opened>),
    /// Part of the target has passed; the holders are reminded.
    Nudged(Passed),
    /// The deadline passed unanswered, perhaps with steps after it.
    Late(Passed),
    /// Another role was called in.
    Escalated(Passed),
    /// Told again after the last step.
    Repeated(Passed),
    /// One of several answers that are needed.
    Answered {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
    },
    /// An answer counts no more.
    AnswerTakenBack {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
    },
    Met {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// On the target's own clock, pauses left out.
        took: Span,
    },
    /// The acknowledgement expired; its holder is asked whether the work goes on.
    AskedStillWorking {},
    /// A sign that the work goes on: the acknowledgement counts until `expires`.
    Extended {
        expires: At,
    },
    Paused {
        reason: String,
        by: PersonId,
        ends: At,
    },
    /// Its clock stands still while an exception is in force, until `ends` at most.
    Excepted {
        under: Under,
        /// Who ruled so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        ends: At,
    },
    /// `by: None`: the policy's cap on pauses ended it, or the exception that had stopped it.
    Resumed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        paused: Span,
        terms: Box<Terms>,
        /// The exception that had stopped its clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
    },
    /// The exception that had stopped its clock is in force no more, and by the policy it starts anew.
    Restarted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        paused: Span,
        terms: Box<Terms>,
    },
    Waived {
        by: PersonId,
        reason: String,
    },
    Voided {
        reason: String,
    },
    Contested {
        contest: Contest,
    },
    /// Whose breach it was has been decided.
    Settled {
        by: PersonId,
        to: Attribution,
        reason: String,
    },
    /// Others hold it now: a delegation began or ended, or the policy's members changed.
    Moved {
        from: Vec<PersonId>,
        to: Vec<PersonId>,
        /// As when it opened: those in force now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        delegations: Vec<u32>,
    },
    /// More roles may answer.
    Widened {
        to: RoleId,
    },
    /// Somebody else holds it now, by a handoff. Its clock goes on.
    HandedOver {
        handoff: CaseId,
        /// `None`: whoever held it in its role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
        to: Receiver,
        held_by: Vec<PersonId>,
    },
    /// It stays with whoever handed over the seat, since whoever has that now may not answer it.
    Kept {
        handoff: CaseId,
        by: PersonId,
        instead_of: PersonId,
        held_by: Vec<PersonId>,
    },
}

impl Change {
    /// Whether a message that asks for the answer says something else after it: what has passed on the ladder is told by
    /// messages of its own, and a deadline shows by itself.
    pub fn is_seen_where_it_is_asked(&self) -> bool {
        match self {
            Change::Answered { .. }
            | Change::AnswerTakenBack { .. }
            | Change::Met { .. }
            | Change::Paused { .. }
            | Change::Excepted { .. }
            | Change::Resumed { .. }
            | Change::Restarted { .. }
            | Change::Waived { .. }
            | Change::Voided { .. }
            | Change::Moved { .. }
            | Change::Widened { .. }
            | Change::HandedOver { .. }
            | Change::Kept { .. } => true,
            Change::Opened(_)
            | Change::Nudged(_)
            | Change::Late(_)
            | Change::Escalated(_)
            | Change::Repeated(_)
            | Change::AskedStillWorking {}
            | Change::Extended { .. }
            | Change::Contested { .. }
            | Change::Settled { .. } => false,
        }
    }

    /// What passing time did, if it was that.
    pub fn passed(&self) -> Option<&Passed> {
        match self {
            Change::Nudged(passed) | Change::Late(passed) | Change::Escalated(passed) | Change::Repeated(passed) => {
                Some(passed)
            }
            Change::Opened(_)
            | Change::Answered { .. }
            | Change::AnswerTakenBack { .. }
            | Change::Met { .. }
            | Change::AskedStillWorking {}
            | Change::Extended { .. }
            | Change::Paused { .. }
            | Change::Excepted { .. }
            | Change::Resumed { .. }
            | Change::Restarted { .. }
            | Change::Waived { .. }
            | Change::Voided { .. }
            | Change::Contested { .. }
            | Change::Settled { .. }
            | Change::Moved { .. }
            | Change::Widened { .. }
            | Change::HandedOver { .. }
            | Change::Kept { .. } => None,
        }
    }
}

impl Passed {
    /// Nothing passed: somebody wanted to be reminded at that moment.
    pub fn is_wanted(&self) -> bool {
        self.nudge.is_none() && self.breach.is_none() && self.called.is_empty() && self.repeat.is_none()
    }

    /// As what it is recorded: by the gravest thing that passed.
    pub fn change(self) -> Change {
        match &self {
            Passed { breach: Some(_), .. } => Change::Late(self),
            Passed { called, .. } if !called.is_empty() => Change::Escalated(self),
            Passed { repeat: Some(_), .. } => Change::Repeated(self),
            Passed { .. } => Change::Nudged(self),
        }
    }
}
