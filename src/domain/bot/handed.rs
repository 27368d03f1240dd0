//! Seats of roles that were handed to somebody else. The policy file names who holds a role; a seat that was handed over is a
//! standing change beside it, which counts until the file itself says who has it.
//!
//! Not here: what is handed over with a seat, which is the handoff's to say ([`crate::domain::kinds::handoff`]).

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling};
use crate::domain::obligation::Receiver;
use crate::domain::policy::Policy;
use crate::domain::ruling::Then;
use crate::domain::{CaseId, PersonId, RoleId, WorkflowId};

/// A seat that its holder handed over, or all seats of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedSeat {
    pub role: RoleId,
    /// Only on cases of this workflow. `None`: on all of them, and the rights of the role with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowId>,
    /// `None`: the whole role, whoever holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonId>,
    pub to: Receiver,
    /// The handoff by which it went.
    pub handoff: CaseId,
}

impl HandedSeat {
    /// Whether it counts where this is asked; `None`: of no workflow in particular.
    pub fn counts_on(&self, workflow: Option<&WorkflowId>) -> bool {
        self.workflow.is_none() || self.workflow.as_ref() == workflow
    }

    /// Whether the policy file says by now who has the seat: its giver isn't named any more, or the receiver is named anew.
    fn is_settled(&self, before: &Policy, now: &Policy) -> bool {
        let names = |policy: &Policy, person: &PersonId| {
            policy.roles.get(&self.role).is_some_and(|role| role.members.contains(person))
        };
        if !now.roles.contains_key(&self.role) || self.from.as_ref().is_some_and(|from| !names(now, from)) {
            return true;
        }
        match &self.to {
            Receiver::Person(to) => names(now, to) && !names(before, to),
            Receiver::Role(role) => !now.roles.contains_key(role),
        }
    }
}

/// The seats that were handed over and that the policy file doesn't name yet, in the order in which they were.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HandedSeats {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<HandedSeat>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "seat.")]
pub enum Event {
    Handed(HandedSeat),
    /// The policy file says who has it now.
    Settled(HandedSeat),
}

impl HandedSeats {
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Handed(seat) => self.all.push(seat.clone()),
            Event::Settled(seat) => self.all.retain(|it| it != seat),
        }
    }
}

impl Draft<'_> {
    /// From now on the seats are others'. Whatever else is owed by these roles is looked at again.
    pub(super) fn hand_seats(mut self, seats: &[HandedSeat]) -> Ruling {
        let mut roles: Vec<RoleId> = Vec::new();
        for seat in seats {
            self.push(Event::Handed(seat.clone()));
            if !roles.contains(&seat.role) {
                roles.push(seat.role.clone());
            }
        }
        self.ruling.then.push(Then::WakeHolders { roles, people: Vec::new() });
        self.ruling
    }

    /// The policy that takes force names some of them.
    pub(super) fn settle_seats(&mut self, now: &Policy) {
        let now = self.bot.with_group_members(now);
        let settled: Vec<HandedSeat> =
            self.bot.handed.all.iter().filter(|seat| seat.is_settled(self.policy, &now)).cloned().collect();
        for seat in settled {
            self.push(Event::Settled(seat));
        }
    }
}
