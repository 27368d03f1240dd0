//! What becomes true of a rollback.

use serde::{Deserialize, Serialize};

use super::{Compared, Drill, Flight, Outcome, Version};
use crate::domain::kinds::Began;
use crate::domain::policy::{RollbackRule, Way};
use crate::domain::{At, CaseId, ClockId, Label, PersonId, RoleId, SystemId};

/// What becomes true of a rollback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "rollback.")]
pub enum Event {
    /// Always the first event of one that somebody proposes, and only there.
    Proposed(Box<Proposed>),
    /// A drill is due. The first event of one that the bot opens by itself.
    DrillDue(Box<DrillDue>),
    /// What is drilled then, and by whom it is proposed.
    Planned(Box<Planned>),
    /// Another drill was held meanwhile.
    DrillHeld {
        /// The drill that was held in its place. `None`: only its own people may know which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<CaseId>,
    },
    /// Counts from 1, in the order of its rule.
    CriterionTicked {
        by: PersonId,
        criterion: u32,
        met: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    WayCompared(Box<Compared>),
    /// Another version, digest or way out: whatever was authorised and said before is void.
    Retargeted(Box<Retargeted>),
    GoSaid {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        role: RoleId,
        go: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Authorised {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        revision: u32,
        reason: String,
    },
    Refused {
        by: PersonId,
        reason: String,
    },
    /// The system is altered although a law forbids that for now: a decision of its own.
    AlteringDecided {
        by: PersonId,
        /// Those that may be named.
        clocks: Vec<ClockId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<CaseId>,
        /// So does a law whose incident only its people may know of.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unnamed: bool,
        reason: String,
    },
    /// A head over so many entries of the ledger was signed, before anything was altered.
    EvidenceSealed {
        size: u64,
        root: Label,
    },
    Started {
        by: PersonId,
    },
    /// Whoever authorises agreed once more, before a step after which there is no way back.
    PointAgreed {
        by: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
        step: u32,
        reason: String,
    },
    /// `by: None`: a machine said so.
    StepDone {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        step: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    StepBlocked {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        step: u32,
        reason: String,
    },
    StepSkipped {
        by: PersonId,
        step: u32,
        reason: String,
    },
    /// A machine that was called for the step has begun, and answers later.
    CallBegun {
        step: u32,
    },
    /// A call to a machine didn't get through. `again: None`: it isn't tried again by itself.
    CallFailed {
        step: u32,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<At>,
    },
    CalledAnew {
        by: PersonId,
        step: u32,
    },
    /// A machine that had been called answered when nobody waited for it any more.
    MachineSaidLate {
        step: u32,
        done: bool,
        text: String,
    },
    /// Whoever answers for a system downstream confirms that it goes on with what runs now.
    DownstreamConfirmed {
        by: PersonId,
        system: SystemId,
        text: String,
    },
    /// Whoever was asked to confirm something can't: it isn't so yet. They go on owing it.
    AnsweredNo {
        by: PersonId,
        /// The system that doesn't go on. `None`: registry or pipeline lead back to the bad version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system: Option<SystemId>,
        text: String,
    },
    FlightAnswered {
        by: PersonId,
        flight: Flight,
        text: String,
    },
    LookedBack {
        by: PersonId,
        from: At,
        to: At,
        count: u64,
        text: String,
    },
    /// What somebody downstream does about the decisions of the bad version.
    LookBackAnswered {
        by: PersonId,
        system: SystemId,
        text: String,
    },
    SourceConfirmed {
        by: PersonId,
        text: String,
    },
    GapFound {
        number: u32,
        by: PersonId,
        assignee: PersonId,
        due: At,
        text: String,
        obligation: u32,
    },
    GapClosed {
        number: u32,
        by: PersonId,
        text: String,
    },
    /// The same failure was tried again, once the gaps were seen to.
    TriedAgain {
        by: PersonId,
        held: bool,
        text: String,
    },
    Confirmed {
        by: PersonId,
        outcome: Outcome,
        text: String,
    },
    Abandoned {
        by: PersonId,
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposed {
    #[serde(flatten)]
    pub began: Began,
    /// `None`: it is the real thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    pub reason: String,
    /// The case that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<CaseId>,
    /// As the policy had it then.
    pub rule: RollbackRule,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retargeted {
    pub by: PersonId,
    /// Counts from 1; each change is the next.
    pub revision: u32,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrillDue {
    #[serde(flatten)]
    pub began: Began,
    /// The drill before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<At>,
    /// As the policy had it then.
    pub rule: RollbackRule,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    pub by: PersonId,
    pub drill: Drill,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    pub reason: String,
}
