//! What becomes true of a handoff.

use serde::{Deserialize, Serialize};

use super::{Brief, Item, Kept, SaidBack, Scope};
use crate::domain::kinds::Began;
use crate::domain::obligation::Receiver;
use crate::domain::{At, CaseId, PersonId};

/// What becomes true of a handoff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "handoff.")]
pub enum Event {
    /// Always the first event, and only there.
    Offered(Box<Offered>),
    /// The first event in its place: taken over in an emergency, without the giver's word.
    Taken(Box<Offered>),
    /// Everything that wasn't refused is the receiver's from this moment on.
    Accepted {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        /// The items, by number.
        items: Vec<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said_back: Vec<SaidBack>,
        /// What the receiver may not answer, as it was at that moment.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kept: Vec<Kept>,
        /// A condition of the receiver's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// How long the giver stays reachable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reachable_until: Option<At>,
    },
    /// The receiver showed that they know something of what has to be known.
    Proven {
        by: PersonId,
        /// Which, counted from 1.
        item: u32,
        /// By what they did in this case, as the ledger has it. `None`: they say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<CaseId>,
        text: String,
    },
    ItemRefused {
        by: PersonId,
        item: u32,
        reason: String,
    },
    Declined {
        by: PersonId,
        reason: String,
    },
    Withdrawn {
        by: PersonId,
        reason: String,
    },
    Confirmed {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Corrected {
        by: PersonId,
        text: String,
    },
    /// What becomes of an item that was refused. `item: None`: of all of it.
    Placed {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<u32>,
        text: String,
    },
    TakeReviewed {
        by: PersonId,
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    #[serde(flatten)]
    pub began: Began,
    pub giver: PersonId,
    pub to: Receiver,
    pub scope: Scope,
    pub items: Vec<Item>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    pub brief: Brief,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
