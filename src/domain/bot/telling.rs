//! What is told that concerns no single case.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::line::Sentence;
use crate::domain::{At, ExceptionClassId, Label, OutboxId, PersonId, PolicyHash, RoleId, Span, WorkflowId, mark};

/// Told by the bot of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "bot/")]
pub enum Telling {
    Delegated {
        number: u32,
        from: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: At,
        ends: At,
        reason: String,
    },
    DelegationEnded {
        number: u32,
        from: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
    },
    PolicyLoaded {
        hash: PolicyHash,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    FellBehind {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_wake_late: Option<Span>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The figures are read when it is sent; `to` is the as-of moment, so they are those of now. Whose figures and in which
    /// zone was settled when it fell due: a policy that comes in meanwhile doesn't change what the channel gets.
    Digest {
        schedule: Label,
        from: At,
        to: At,
        #[serde(serialize_with = "mark::fact")]
        zone: Tz,
        /// Empty: all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        workflows: Vec<WorkflowId>,
    },
    /// More exceptions of a class were raised on a workflow than are usual: the policy may be what should change.
    Recurs {
        workflow: WorkflowId,
        class: ExceptionClassId,
        times: u32,
        within: Span,
        people: Vec<PersonId>,
    },
    /// A sentence of its own.
    Sentence {
        text: Sentence,
    },
}
