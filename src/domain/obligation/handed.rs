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
    /// `None`: whoever held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonId>,
    pub to: Receiver,
}

impl Obligation {
    /// What somebody owed in person is the other's; in a role, the other is in their place.
    pub(in crate::domain) fn hand(&mut self, from: Option<&PersonId>, to: &Receiver) {
        match &mut self.holder {
            Holder::Roles(_) => self.handed.push(HandedOn { from: from.cloned(), to: to.clone() }),
            Holder::Person(person) if from.is_some_and(|from| *from != *person) => {}
            holder @ Holder::Person(_) => {
                *holder = match to {
                    Receiver::Person(person) => Holder::Person(person.clone()),
                    Receiver::Role(role) => Holder::Roles(vec![role.clone()]),
                };
            }
        }
    }
}
