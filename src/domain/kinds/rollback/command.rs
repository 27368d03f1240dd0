//! What can be asked of a rollback.

use super::{Drill, Flight, Outcome, Version};
use crate::domain::kinds::Seal;
use crate::domain::line::Named;
use crate::domain::policy::Way;
use crate::domain::{At, Called, CaseId, PersonId, RoleId, Span, SystemId, WorkflowId};

/// What somebody gives to propose a rollback, or a drill of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub workflow: WorkflowId,
    pub title: String,
    pub drill: Option<Drill>,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    pub reason: Option<String>,
    /// The case that it is about.
    pub on: Option<CaseId>,
    /// Only its own people see that case, so only this one's see this.
    pub restricted: bool,
    /// The bot opens it by itself, since a drill is due.
    pub due: Option<Due>,
}

impl Opening {
    /// What the bot opens by itself, since a drill is due.
    pub fn due(workflow: WorkflowId, last: Option<At>) -> Opening {
        let nothing = || Version { name: String::new(), digest: None };
        Opening {
            workflow,
            title: String::new(),
            drill: None,
            way: Way::RollBack,
            from: nothing(),
            to: nothing(),
            reason: None,
            on: None,
            restricted: false,
            due: Some(Due { last }),
        }
    }
}

/// A drill is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The drill before it.
    pub last: Option<At>,
}

/// What is drilled.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub drill: Drill,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    pub reason: Option<String>,
}

/// What can be asked of a rollback.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// What is drilled, where the bot said that a drill is due.
    Plan(Plan),
    /// Another drill was held meanwhile. Only the engine asks this.
    DrillHeld {
        /// `None`: only its own people may know which.
        case: Option<CaseId>,
    },
    /// Something is missing, and somebody sees to it.
    Gap {
        assignee: PersonId,
        due: At,
        text: String,
    },
    GapClosed {
        number: u32,
        text: String,
    },
    TryAgain {
        held: bool,
        text: String,
    },
    Tick {
        /// Counts from 1.
        criterion: u32,
        met: bool,
        text: Option<String>,
    },
    Compare {
        way: Way,
        decides: Option<RoleId>,
        takes: Option<Span>,
        undone: Option<String>,
        reason: String,
    },
    /// What isn't said stays as it is.
    Retarget {
        way: Option<Way>,
        from: Change,
        to: Change,
        reason: String,
    },
    /// The asker's party goes along, or it doesn't. `revision`: the one that they saw.
    Go {
        go: bool,
        reason: Option<String>,
        revision: Option<u32>,
    },
    Authorise {
        reason: String,
        revision: Option<u32>,
    },
    Refuse {
        reason: String,
        revision: Option<u32>,
    },
    AlterAnyway {
        reason: String,
    },
    Start {
        sealed: Seal,
        revision: Option<u32>,
    },
    AgreePoint {
        step: Option<u32>,
        reason: String,
    },
    /// Of the step that is asked for; with a number, only if it is that one.
    StepDone {
        step: Option<u32>,
        text: Option<String>,
    },
    StepBlocked {
        step: Option<u32>,
        reason: String,
    },
    StepSkipped {
        step: Option<u32>,
        reason: String,
    },
    /// What a call to a machine came to. Nobody types it.
    MachineSaid {
        step: u32,
        round: u32,
        called: Called,
    },
    /// The machine is called anew.
    CallAgain,
    Downstream {
        system: Option<SystemId>,
        /// Whether it goes on with what runs now.
        goes_on: bool,
        text: String,
    },
    InFlight {
        flight: Flight,
        text: String,
    },
    LookBack {
        from: At,
        to: At,
        count: u64,
        text: String,
    },
    LookedAt {
        system: Option<SystemId>,
        text: String,
    },
    ConfirmSource {
        /// Whether nothing leads back to the bad version.
        clean: bool,
        text: String,
    },
    Confirm {
        outcome: Outcome,
        text: String,
    },
    Abandon {
        reason: String,
    },
}

/// What is another of a version. A new name without a digest has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub name: Option<String>,
    pub digest: Option<String>,
}

impl Change {
    pub(super) fn of(&self, version: &Version) -> Version {
        match (&self.name, &self.digest) {
            (None, None) => version.clone(),
            (None, digest) => Version { name: version.name.clone(), digest: digest.clone() },
            (Some(name), digest) => Version { name: name.clone(), digest: digest.clone() },
        }
    }
}

/// The verbs that the rules of rollbacks tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Again,
    AgreePoint,
    AlterAnyway,
    Authorise,
    Blocked,
    Call,
    Compare,
    Confirm,
    Deny,
    Done,
    Downstream,
    Drill,
    Freeze,
    Gap,
    GapClosed,
    Go,
    InFlight,
    LookBack,
    LookedAt,
    NoGo,
    Override,
    Plan,
    Propose,
    Retarget,
    Skip,
    Source,
    Start,
    Thaw,
    Tick,
}

impl Verb {
    /// The verb that opens a rollback.
    pub const OPENS: Verb = Verb::Propose;
}

impl Named for Verb {}
