//! What is excepted from again and again: more exceptions of one class on one workflow than its class calls usual. Said once in
//! the time in which they are counted, with the offer to change the policy instead.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Draft, Telling};
use crate::domain::kinds::exception;
use crate::domain::notice::To;
use crate::domain::obligation::Holder;
use crate::domain::policy::RecurrenceRule;
use crate::domain::ruling::persons;
use crate::domain::{At, Case, Event as Became, ExceptionClassId, Span, WorkflowId};

/// By workflow and class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recurrences {
    pub all: BTreeMap<WorkflowId, BTreeMap<ExceptionClassId, Recurring>>,
}

/// The last exceptions of one class on one workflow, as many as it takes to be more than usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurring {
    pub rule: RecurrenceRule,
    pub raised: VecDeque<At>,
    /// When it was said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<At>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "recurrence.")]
pub enum Event {
    Noted { workflow: WorkflowId, class: ExceptionClassId },
}

impl Recurring {
    /// More than usual, and not said yet in this time.
    fn is_to_be_said(&self, at: At) -> bool {
        let RecurrenceRule { more_than, within } = self.rule;
        let enough = self.raised.len() > more_than as usize;
        let recent = self.raised.front().is_some_and(|first| at - *first < within);
        enough && recent && self.said.is_none_or(|said| at - said >= within)
    }
}

impl Recurrences {
    pub(super) fn observe(&mut self, case: &Case, event: &Became, at: At) {
        let Became::Exception(exception::Event::Raised(raised)) = event else { return };
        let Some(rule) = raised.usual else { return };
        let new = || Recurring { rule, raised: VecDeque::new(), said: None };
        let classes = self.all.entry(case.workflow.clone()).or_default();
        let recurring = classes.entry(raised.class.clone()).or_insert_with(new);
        recurring.rule = rule;
        recurring.raised.push_back(at);
        while recurring.raised.len() > rule.more_than as usize + 1 {
            recurring.raised.pop_front();
        }
    }

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        let Event::Noted { workflow, class } = event;
        if let Some(recurring) = self.all.get_mut(workflow).and_then(|classes| classes.get_mut(class)) {
            recurring.said = Some(at);
        }
    }

    /// The class of a case that is to be said of now, if it was raised by these events.
    pub(super) fn found(&self, case: &Case, events: &[Became], at: At) -> Option<ExceptionClassId> {
        let raised = events.iter().find_map(|event| match event {
            Became::Exception(exception::Event::Raised(raised)) => Some(&raised.class),
            Became::Exception(_)
            | Became::Duty(_)
            | Became::Case(_)
            | Became::Incident(_)
            | Became::Approval(_)
            | Became::Handoff(_)
            | Became::Rollback(_) => None,
        });
        let class = raised?;
        let recurring = self.all.get(&case.workflow)?.get(class)?;
        recurring.is_to_be_said(at).then(|| class.clone())
    }
}

impl Draft<'_> {
    /// Tells whoever answers for the controls that are excepted from, and the channels of the workflow.
    pub(super) fn note_recurrence(&mut self, workflow: &WorkflowId, class: &ExceptionClassId) {
        let Some(recurring) = self.bot.recurrences.all.get(workflow).and_then(|classes| classes.get(class)).cloned()
        else {
            return;
        };
        self.push(Event::Noted { workflow: workflow.clone(), class: class.clone() });
        let holder = self.policy.exceptions.control_owner.clone().map(|role| Holder::Roles(vec![role]));
        let people = holder.map(|holder| persons(self.people().holders(&holder, &[]))).unwrap_or_default();
        let (times, within): (u32, Span) = (recurring.rule.more_than + 1, recurring.rule.within);
        let telling =
            Telling::Recurs { workflow: workflow.clone(), class: class.clone(), times, within, people: people.clone() };
        let channels = self.policy.workflows.get(workflow).map(|flow| flow.channels.clone()).unwrap_or_default();
        for channel in channels {
            self.tell(To::Channel(channel), telling.clone(), None);
        }
        for person in people {
            self.tell_person(&person, telling.clone());
        }
    }
}
