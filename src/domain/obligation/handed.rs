//! An obligation that was handed over: who holds it then. Its clock, its ladder and whose breach it is stay as they were.

use serde::{Deserialize, Serialize};

use super::{Holder, Obligation};
use crate::domain::{PersonId, RoleId};

/// To whom something is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receiver {
    Person(PersonId),
    /// Whoever holds it, such as a party's role at the end of another party's work.
    Role(RoleId),
}

/// Somebody's place in the role that owes it was handed to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOn {
    pub from: PersonId,
    pub to: Receiver,
}

impl Obligation {
    /// What somebody owed in person is the other's; in a role, the other is in their place.
    pub(in crate::domain) fn hand(&mut self, from: &PersonId, to: &Receiver) {
        match (&mut self.holder, to) {
            (Holder::Person(person), Receiver::Person(to)) if person == from => person.clone_from(to),
            (holder @ Holder::Person(_), Receiver::Role(role)) if *holder == Holder::Person(from.clone()) => {
                *holder = Holder::Roles(vec![role.clone()]);
            }
            (Holder::Person(_), _) => {}
            (Holder::Roles(_), to) => self.handed.push(HandedOn { from: from.clone(), to: to.clone() }),
        }
    }
}
