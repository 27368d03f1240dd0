//! Approval paths that are slow as a whole: a risk in itself, and one incident at a time about each, which [`super::queues`] keeps.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::queues::{self, QueueId};
use super::{Draft, Ruling};
use crate::domain::kinds::approval::{self, Approval, Ended};
use crate::domain::ruling::Then;
use crate::domain::{Body, Case, Event, Opening, PathId, Policy, Severity, Span, WorkflowId};

/// A path is judged by as many of its last answers, from [`LATENCIES_ENOUGH`] on.
pub const LATENCIES_KEPT: usize = 20;
pub const LATENCIES_ENOUGH: usize = 5;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlowPaths {
    /// How long the last answers on each path took, the newest last.
    pub latencies: BTreeMap<PathId, VecDeque<Span>>,
}

/// A path that was found to be slow, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowPath {
    pub path: PathId,
    pub workflow: WorkflowId,
    pub severity: Severity,
    pub because: String,
}

impl SlowPaths {
    /// Sees what became true of a case: how long answers take.
    pub fn observe(&mut self, case: &Case, event: &Event) {
        if let (Body::Approval(approval), Event::Approval(event)) = (&case.body, event) {
            self.observe_approval(approval, event);
        }
    }

    /// Judged afresh, or the old slow answers would open the next incident at once.
    pub(super) fn forget(&mut self, path: &PathId) {
        self.latencies.remove(path);
    }

    fn observe_approval(&mut self, approval: &Approval, event: &approval::Event) {
        // Who breaks glass goes round the path: that says nothing about how fast its people answer.
        if let (None, Some(ended)) = (&approval.broken_glass, answered(event)) {
            let latencies = self.latencies.entry(approval.path.clone()).or_default();
            latencies.push_back(ended.took);
            while latencies.len() > LATENCIES_KEPT {
                latencies.pop_front();
            }
        }
    }

    /// 90 % of the last answers on the path took no longer than this, where that is over the path's limit.
    pub fn slow_by_p90(&self, policy: &Policy, path: &PathId) -> Option<Span> {
        let limit = policy.paths.get(path)?.bottleneck?.p90_over?;
        let latencies = self.latencies.get(path).filter(|it| it.len() >= LATENCIES_ENOUGH)?;
        let mut sorted: Vec<Span> = latencies.iter().copied().collect();
        sorted.sort_unstable();
        // Nearest rank: the smallest that at least 90 % don't exceed.
        let p90 = *sorted.get((sorted.len() * 9).div_ceil(10).checked_sub(1)?)?;
        (p90 > limit).then_some(p90)
    }

    /// The path that is slow now that a case's events were observed, if one is.
    pub fn found_slow(&self, case: &Case, events: &[Event], policy: &Policy) -> Option<SlowPath> {
        let Body::Approval(approval) = &case.body else {
            return None;
        };
        let answered = |it: &Event| matches!(it, Event::Approval(event) if answered(event).is_some());
        if !events.iter().any(answered) {
            return None;
        }
        let p90 = self.slow_by_p90(policy, &approval.path)?;
        let rule = policy.paths.get(&approval.path)?.bottleneck?;
        let (limit, counted) = (rule.p90_over?, self.latencies.get(&approval.path).map_or(0, VecDeque::len));
        Some(SlowPath {
            path: approval.path.clone(),
            workflow: case.workflow.clone(),
            severity: rule.severity,
            because: format!(
                "90 % of the last {counted} answers on path {} took up to {p90}; the policy's limit is {limit}. The last one was {}.",
                approval.path, case.id
            ),
        })
    }
}

/// How the request ended, if people decided, one way or the other.
fn answered(event: &approval::Event) -> Option<&Ended> {
    match event {
        approval::Event::Approved(ended) | approval::Event::Declined(ended) => Some(ended),
        approval::Event::Requested(_)
        | approval::Event::Voted(_)
        | approval::Event::VoteTakenBack { .. }
        | approval::Event::StagePassed { .. }
        | approval::Event::Amended { .. }
        | approval::Event::QuestionAsked { .. }
        | approval::Event::QuestionAnswered { .. }
        | approval::Event::GlassBroken { .. }
        | approval::Event::GlassReviewed { .. }
        | approval::Event::Lapsed(_)
        | approval::Event::Withdrawn(_)
        | approval::Event::Superseded { .. }
        | approval::Event::FoundSlow { .. }
        | approval::Event::Deferred { .. }
        | approval::Event::Withheld { .. }
        | approval::Event::CarriedOut { .. } => None,
    }
}

impl Draft<'_> {
    /// Opens an incident about the path, unless there is one.
    pub(super) fn note_slow_path(mut self, slow: &SlowPath) -> Ruling {
        let SlowPath { path, workflow, severity, because } = slow.clone();
        let queue = QueueId::Path(path);
        if !self.bot.queues.incidents.contains_key(&queue) {
            let opening = queues::about(&queue, workflow, severity, because);
            self.ruling.then.push(Then::Open(Opening::Incident(opening)));
        }
        self.ruling
    }
}
