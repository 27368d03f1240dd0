//! What can be asked of an exception.

use super::Advice;
use crate::domain::every_case::OpenedFrom;
use crate::domain::line::Named;
use crate::domain::{At, CaseId, ExceptionClassId, RoleId, Span, WorkflowId};

/// What somebody gives to raise an exception.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub workflow: WorkflowId,
    pub class: ExceptionClassId,
    /// What is to be excepted.
    pub title: String,
    /// Why it is needed.
    pub reason: Option<String>,
    /// Until when it is wanted.
    pub until: Option<At>,
    /// The case that it is about.
    pub on: Option<CaseId>,
    /// The message that it is raised from.
    pub from: Option<Box<OpenedFrom>>,
}

/// What can be asked of an exception.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// It is of this class, and goes to those who rule on it or recommend.
    Triage {
        class: Option<ExceptionClassId>,
    },
    /// The asker works on it for now: shown to others, and no clock.
    Take,
    HandBack {
        reason: Option<String>,
    },
    /// A specialist is to recommend before anybody rules.
    AskSpecialist {
        /// `None`: that of its class.
        role: Option<RoleId>,
        question: Option<String>,
    },
    Recommend {
        advice: Advice,
        reason: String,
    },
    /// Back from the specialist to those who rule, without a recommendation.
    SendBack {
        reason: String,
    },
    Grant(Wanted),
    Refuse {
        reason: String,
    },
    /// No exception: what is wrong is to be put right.
    Correct {
        text: String,
    },
    Renew(Wanted),
    /// The compensating control works: in words, or at an address.
    Prove {
        text: String,
        link: Option<String>,
    },
    Suspend {
        reason: String,
    },
    Lift {
        reason: String,
    },
    Close {
        text: String,
    },
    Withdraw {
        reason: String,
    },
}

/// For how long something is granted or renewed, or is to be, and under which control.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// `None`: until somebody revokes it.
    pub until: Option<At>,
    pub control: WantedControl,
    pub reason: String,
}

/// The control that is to take the place of what is excepted from. What isn't said is as its class has it, or as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedControl {
    pub text: Option<String>,
    pub holder: Option<RoleId>,
    pub every: Option<Span>,
}

/// The verbs that the rules of exceptions tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Close,
    Correct,
    Grant,
    HandBack,
    Lift,
    Proof,
    Raise,
    Recommend,
    Refuse,
    Renew,
    SendBack,
    Specialist,
    Suspend,
    Take,
    Triage,
}

impl Verb {
    /// The verb that opens an exception.
    pub const OPENS: Verb = Verb::Raise;
}

impl Named for Verb {}
