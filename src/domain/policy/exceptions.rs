//! What may be excepted from, for how long, and who says so: the part of the policy that exceptions stand on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{Duty, ExceptionClassId, RoleId, Severity, Span};

/// How exceptions are handled.
#[derive(Clone, Debug, PartialEq)]
pub struct Exceptions {
    pub classes: BTreeMap<ExceptionClassId, ExceptionClass>,
    /// For how long it is shown that somebody has taken one.
    pub lease: Span,
    /// Who answers for the controls that are excepted from: hears of expiries, suspensions, and of what recurs.
    pub control_owner: Option<RoleId>,
    pub queue: Option<QueueRule>,
}

impl Exceptions {
    pub const LEASE: Span = Span::hours(1);
}

impl Default for Exceptions {
    fn default() -> Exceptions {
        Exceptions { classes: BTreeMap::new(), lease: Exceptions::LEASE, control_owner: None, queue: None }
    }
}

/// A class of exceptions: what belongs there, and what somebody may grant.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptionClass {
    pub about: String,
    /// The role that must recommend before anybody rules. `None`: nobody need.
    pub specialist: Option<RoleId>,
    /// Who rules: the first owes it, the others may as well. Never empty.
    pub rules: Vec<RoleId>,
    /// The longest that one grant may last.
    pub longest: Span,
    /// How many times it may be renewed by those who rule on it.
    pub renewals: u32,
    /// Who rules on renewals past that. `None`: nobody may.
    pub past_renewals: Option<RoleId>,
    /// Who may grant one without an end. `None`: nobody may, and every grant expires.
    pub until_revoked: Option<RoleId>,
    /// How long before the end its people are warned, the longest first.
    pub warn_before: Vec<Span>,
    /// A grant needs a control that takes the place of what is excepted from. `None`: it may have one.
    pub control: Option<ControlRule>,
    /// The duties of the case that it is about whose clocks stand still while it is in force.
    pub pauses: Vec<Duty>,
    /// What becomes of these clocks when it is in force no more.
    pub at_end: AtEnd,
    pub recurrence: Option<RecurrenceRule>,
    /// 1-based line of the file, for findings.
    pub line: usize,
}

/// Who shows that a compensating control works, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlRule {
    pub holder: RoleId,
    pub every: Span,
}

/// What becomes of a clock that an exception had stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AtEnd {
    /// It runs on with what was left.
    Resume,
    /// It starts anew with the whole target.
    Restart,
}

/// More than so many of one class on one workflow within a time: the exception has become the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecurrenceRule {
    pub more_than: u32,
    pub within: Span,
}

/// When a queue of people's answers gets worse as a whole (`control.latency_breach`), and when it is well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueRule {
    pub windows: Windows,
    /// Fewer waiting than this are no queue.
    pub at_least: u32,
    /// The first deadline that will be missed at this rate is nearer than this.
    pub ahead: Span,
    /// It has to be better for so long before it counts as well again.
    pub recovered_after: Span,
    /// The severity of the incident that is opened.
    pub severity: Severity,
}

/// The two stretches of time over which it is counted what comes into a queue and what leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    pub short: Span,
    pub long: Span,
}
