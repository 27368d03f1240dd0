//! What is told that concerns no single case.

use serde::{Deserialize, Serialize};

use crate::domain::line::Sentence;
use crate::domain::{At, OutboxId, PersonId, RoleId, Span};

/// Told by the bot of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "bot/")]
pub enum Telling {
    Delegated {
        number: u32,
        from: PersonId,
        to: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: At,
        ends: At,
        reason: String,
    },
    DelegationEnded {
        number: u32,
        from: PersonId,
        to: Option<PersonId>,
    },
    PolicyLoaded {
        digest: String,
        by: Option<PersonId>,
    },
    FellBehind {
        oldest_wake_late: Option<Span>,
        oldest_notice_late: Option<Span>,
    },
    CaughtUp {},
    Undeliverable {
        outbox: OutboxId,
        why: String,
    },
    ClockWentBack {
        by: Span,
    },
    WasDown {
        was_down: Span,
    },
    /// The figures are read when it is sent; `to` is the as-of moment, so they are those of now.
    Digest {
        schedule: String,
        from: At,
        to: At,
    },
    /// A sentence of its own.
    Sentence {
        text: Sentence,
    },
}
