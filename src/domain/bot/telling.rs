//! What is told that concerns no single case.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::holds::Hold;
use super::releases::Freeze;
use super::retention::Ending;
use super::rotas::{Swap, Time};
use super::stages::Changed;
use crate::domain::line::Sentence;
use crate::domain::rota::{Gap, Instead};
use crate::domain::{
    At, CaseId, ExceptionClassId, Label, OutboxId, PersonId, PolicyHash, RoleId, RotaId, Span, WorkflowId, mark,
};

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
    /// A workflow is in production, or no more, by the policy file.
    StageChanged(Changed),
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
    /// Somebody is on shift from now on. What they take over is read when it is sent.
    ShiftBegan {
        rota: RotaId,
        person: PersonId,
        /// Who was on before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<At>,
        /// By when they are to say that they are on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_by: Option<At>,
    },
    ShiftEnded {
        rota: RotaId,
        /// Who is on now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
        roles: Vec<RoleId>,
    },
    /// Whoever is on hasn't said so in time.
    ShiftNotTakenUp {
        rota: RotaId,
        person: PersonId,
        since: At,
    },
    /// Somebody is on instead of somebody else, now or later.
    Instead {
        it: Instead,
        /// Whose time it would have been.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<PersonId>,
    },
    ArrangementEnded {
        number: u32,
        rota: RotaId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    SwapOffered {
        swap: Swap,
        answer_by: At,
    },
    /// `by: None`: it wasn't answered in time.
    SwapNotAgreed {
        swap: Swap,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    CoverAsked {
        number: u32,
        rota: RotaId,
        by: PersonId,
        time: Time,
        reason: String,
        answer_by: At,
    },
    CoverNotTaken {
        number: u32,
        rota: RotaId,
        by: PersonId,
        time: Time,
        asked: Vec<PersonId>,
    },
    GapsAhead {
        rota: RotaId,
        gaps: Vec<Gap>,
    },
    /// More exceptions of a class were raised on a workflow than are usual: the policy may be what should change.
    Recurs {
        workflow: WorkflowId,
        class: ExceptionClassId,
        times: u32,
        within: Span,
        people: Vec<PersonId>,
    },
    /// Changes of a workflow are held.
    Frozen(Freeze),
    Thawed {
        workflow: WorkflowId,
        /// `None`: the time of the freeze is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    FreezeOverridden {
        workflow: WorkflowId,
        case: CaseId,
        by: PersonId,
        reason: String,
    },
    /// Nothing that it covers is destroyed from now on.
    HoldPlaced(Hold),
    HoldReleased {
        hold: Hold,
        approval: CaseId,
    },
    /// What need not be kept any longer soon, or already.
    Calendar {
        ending: Vec<Ending>,
        upto: At,
    },
    /// A sentence of its own.
    Sentence {
        text: Sentence,
    },
}
