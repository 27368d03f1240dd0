//! The terms of an obligation: by when it is due, and the steps that its ladder takes while no answer comes.

use serde::{Deserialize, Serialize};

use crate::domain::policy::{PauseRule, Policy, Repeat, TargetTerms};
use crate::domain::{At, CalendarId, RoleId, Span};

/// What was promised, fixed at opening. Only a pause moves `due` and the steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    pub target: Span,
    /// `None` is calendar time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    pub due: At,
    /// Of the ladder, ascending.
    pub steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    pub pause: PauseRule,
    #[serde(default)]
    pub urgent: bool,
    /// How many different people must answer.
    pub quorum: u32,
    /// For an acknowledgement: how long it counts without a sign that the work goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub at: At,
    #[serde(flatten)]
    pub act: StepAct,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepAct {
    Nudge {
        percent: u32,
    },
    /// The deadline itself.
    Late {},
    /// Tell the next role as well; its people may answer from then on.
    Escalate {
        to: RoleId,
    },
}

impl Terms {
    /// Stamps what the policy says into terms that start at `from`.
    ///
    /// Where a calendar has no open time left in its future (all holidays), calendar time is used: it can only be earlier.
    pub fn stamp(written: &TargetTerms, quorum: u32, from: At, policy: &Policy) -> Terms {
        let running = policy.running(written.calendar.as_ref());
        let add = |span: Span| running.add(from, span).unwrap_or(from + span);
        let ladder = policy.ladders.get(&written.ladder);
        let nudges = ladder.map_or(&[][..], |ladder| &ladder.nudge_at_percent);
        let escalations = ladder.map_or(&[][..], |ladder| &ladder.escalate);
        let due = add(written.within);
        let steps = nudges
            .iter()
            .map(|&percent| Step { at: add(written.within.percent(percent)), act: StepAct::Nudge { percent } })
            .chain([Step { at: due, act: StepAct::Late {} }])
            .chain(escalations.iter().map(|next| Step {
                at: add(written.within + next.after),
                act: StepAct::Escalate { to: next.tell.clone() },
            }))
            .collect();
        Terms {
            target: written.within,
            calendar: written.calendar.clone(),
            due,
            steps,
            repeat: ladder.and_then(|ladder| ladder.repeat),
            pause: written.pause.clone(),
            urgent: written.urgent,
            quorum,
            expires_after: written.expires_after,
        }
    }

    /// As [`Terms::stamp`], due at the moment that somebody promised: the ladder's steps stand to it as they stand to a deadline
    /// of the policy's own.
    pub fn promised(written: &TargetTerms, due: At, from: At, policy: &Policy) -> Terms {
        let running = policy.running(written.calendar.as_ref());
        let target = running.between(from, due);
        let stamped = Terms::stamp(&TargetTerms { within: target, ..written.clone() }, 1, from, policy);
        // Where it was promised for closed hours, the clock's own end lies before it.
        let moved = |step: Step| match step.act {
            StepAct::Nudge { .. } => step,
            StepAct::Late {} => Step { at: due, ..step },
            StepAct::Escalate { .. } => Step { at: step.at.max(due), ..step },
        };
        Terms { due, steps: stamped.steps.into_iter().map(moved).collect(), ..stamped }
    }

    /// Terms for a promise with a date of its own, such as a follow-up: nudges at 50 % and 80 % of the way, then late.
    pub fn until(due: At, from: At) -> Terms {
        let whole = due - from;
        let nudge = |percent| Step { at: from + whole.percent(percent), act: StepAct::Nudge { percent } };
        Terms {
            target: whole,
            calendar: None,
            due,
            steps: vec![nudge(50), nudge(80), Step { at: due, act: StepAct::Late {} }],
            repeat: Some(Repeat { every: Span::days(1), at_most: 3 }),
            pause: PauseRule::default(),
            urgent: false,
            quorum: 1,
            expires_after: None,
        }
    }
}
