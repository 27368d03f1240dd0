//! A call to a machine outside: what a case wants it told, and what it answered. The case decides that there is one, and when the
//! next try may be; who calls, and how, is a room of its own.

use std::collections::BTreeMap;

use super::{At, WebhookId};

/// Something that a case wants a machine outside to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What it is about within the case: the same for every try.
    pub number: u32,
    /// Counts from 1; one more each time that somebody has it called anew after it said no.
    pub round: u32,
    pub webhook: WebhookId,
    /// How many tries of this round have failed.
    pub tries: u32,
    /// The next try is no earlier.
    pub not_before: At,
    /// It has begun and will answer later: it is not called again, and its answer is waited for.
    pub begun: bool,
    /// `rollback.step`
    pub about: &'static str,
    pub since: At,
    /// What it is told.
    pub data: BTreeMap<&'static str, serde_json::Value>,
}

/// What one try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    Done {
        text: String,
    },
    /// It can't be done as things are.
    Blocked {
        text: String,
    },
    /// It has begun, and answers later.
    Begun,
    /// It didn't get through. `None`: it isn't tried again by itself.
    Failed {
        why: String,
        again: Option<At>,
    },
}
