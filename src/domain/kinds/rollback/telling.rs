//! What is told of a rollback beside what is told of every case. Each says whether it is a drill.

use serde::{Deserialize, Serialize};

use super::{Flight, Outcome, Version};
use crate::domain::kinds::AskedNow;
use crate::domain::policy::Way;
use crate::domain::{At, CaseId, ClockId, Duty, Label, PersonId, RoleId, Span, SystemId, WebhookId, WorkflowId};

/// Told of a rollback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "rollback/")]
pub enum Telling {
    /// Whoever authorises is asked to.
    Proposed {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        workflow: WorkflowId,
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
        way: Way,
        from: Version,
        to: Version,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<CaseId>,
        #[serde(flatten)]
        before: Before,
        people: Vec<PersonId>,
        due: At,
    },
    /// A drill is due: whoever runs it says of what.
    DrillDue {
        workflow: WorkflowId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<At>,
        people: Vec<PersonId>,
        due: At,
    },
    Gap {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        number: u32,
        by: PersonId,
        assignee: PersonId,
        due: At,
        text: String,
    },
    GoAsked {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        role: RoleId,
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
        way: Way,
        from: Version,
        to: Version,
        people: Vec<PersonId>,
        due: At,
    },
    GoSaid {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        role: RoleId,
        by: PersonId,
        go: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What was authorised and said before is void.
    Retargeted {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
        way: Way,
        from: Version,
        to: Version,
        reason: String,
        #[serde(flatten)]
        before: Before,
        people: Vec<PersonId>,
        due: At,
    },
    Authorised {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
        reason: String,
        /// The criteria that aren't met, by their numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unmet: Vec<u32>,
        /// Who hasn't said go yet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<RoleId>,
        /// Who starts it.
        people: Vec<PersonId>,
    },
    /// Refused or abandoned.
    Ended {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        state: Label,
        by: PersonId,
        reason: String,
    },
    AlteringDecided {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        clocks: Vec<ClockId>,
        /// So does a law whose incident only its people may know of.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unnamed: bool,
        reason: String,
    },
    Started {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        /// The evidence up to here is sealed.
        size: u64,
    },
    /// Whoever authorises is asked once more before a step.
    PointAsked {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        /// A law forbids altering the system now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        law: bool,
        /// There is a way back after it, so it is asked for the law alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        back: bool,
        step: u32,
        steps: u32,
        text: String,
        people: Vec<PersonId>,
        due: At,
    },
    StepAsked {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        step: u32,
        steps: u32,
        text: String,
        people: Vec<PersonId>,
        due: At,
    },
    StepSaid {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        /// `done`, `blocked`, `skipped`, `agreed`
        what: Label,
        step: u32,
        steps: u32,
        /// `None`: a machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A call to the machine that does a step didn't get through.
    CallFailed {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        step: u32,
        steps: u32,
        webhook: WebhookId,
        text: String,
        /// When it is tried again. `None`: not by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<At>,
        people: Vec<PersonId>,
    },
    /// A machine answered when nobody waited for it any more.
    MachineSaidLate {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        step: u32,
        steps: u32,
        webhook: WebhookId,
        done: bool,
        text: String,
        people: Vec<PersonId>,
    },
    /// One of the answers that a rollback needs beside its steps.
    Asked {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        duty: Duty,
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
        /// A law forbids altering the system now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        law: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system: Option<SystemId>,
        people: Vec<PersonId>,
        due: At,
    },
    /// Whoever was asked to confirm something can't, and goes on owing it.
    AnsweredNo {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        duty: Duty,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system: Option<SystemId>,
        by: PersonId,
        text: String,
        /// `None`: the rollback is over, and nothing more is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<At>,
        /// The steps are over, so it can be said that it failed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        over: bool,
    },
    Answered {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        duty: Duty,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system: Option<SystemId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flight: Option<Flight>,
        /// How many decisions the bad version made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<u64>,
        by: PersonId,
        text: String,
    },
    Confirmed {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        drill: bool,
        by: PersonId,
        outcome: Outcome,
        text: String,
        /// From being asked for to now.
        took: Span,
        target: Span,
    },
}

/// What has to be done before it can be authorised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// How many criteria nobody has looked at.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub criteria: u32,
    /// The other ways out that nobody has compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<Way>,
    /// A law forbids altering the system now: that is to be reported, or decided on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub law: bool,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What is told before anybody changed the target says no revision.
fn first() -> u32 {
    1
}

fn is_first(revision: &u32) -> bool {
    *revision == 1
}

impl Telling {
    /// Who asks for an answer names those who have yet to give it, and by when.
    pub(super) fn up_to_date(mut self, asked: &AskedNow<'_>) -> Option<Telling> {
        let now = asked.of_whom_by_when();
        match &mut self {
            Telling::Proposed { people, due, .. }
            | Telling::DrillDue { people, due, .. }
            | Telling::GoAsked { people, due, .. }
            | Telling::Retargeted { people, due, .. }
            | Telling::PointAsked { people, due, .. }
            | Telling::StepAsked { people, due, .. }
            | Telling::Asked { people, due, .. } => {
                if let Some(now) = now {
                    (*people, *due) = now;
                }
            }
            // What happened stays as it was.
            Telling::GoSaid { .. }
            | Telling::Gap { .. }
            | Telling::Authorised { .. }
            | Telling::AnsweredNo { .. }
            | Telling::Ended { .. }
            | Telling::AlteringDecided { .. }
            | Telling::Started { .. }
            | Telling::StepSaid { .. }
            | Telling::CallFailed { .. }
            | Telling::MachineSaidLate { .. }
            | Telling::Answered { .. }
            | Telling::Confirmed { .. } => {}
        }
        Some(self)
    }
}
