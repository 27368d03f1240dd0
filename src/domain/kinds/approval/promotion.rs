//! Promotion: a workflow's way from pilot to production is an approval like any other, but for two things. Nobody can approve it
//! while the policy lacks something for the workflow in production, and nothing but people's own votes passes it.
//!
//! It moves no workflow: the policy file does, and says then which approval it had.

use super::{Approval, Verb};
use crate::domain::kinds::rollback;
use crate::domain::line::{Line, Named, Sentence, say};
use crate::domain::policy::{RedFlag, Workflow, redflag};
use crate::domain::scene::Scene;
use crate::domain::text::quoted;
use crate::domain::{At, CaseKind, PathId, Refusal, Span, WorkflowId, WorkflowStage, World};

/// The path that agrees to a promotion; `None`: that of any approval of the workflow. Where the policy file alone put it into production,
/// it is agreed to after the fact.
///
/// # Errors
/// It is in production already, and somebody agreed to that.
pub(super) fn path<'w>(
    id: &WorkflowId,
    workflow: &'w Workflow,
    world: &World<'_>,
) -> Result<Option<&'w PathId>, Refusal> {
    match workflow.stage {
        WorkflowStage::Pilot => Ok(workflow.promotion_path.as_ref()),
        WorkflowStage::Production if world.releases.unagreed.contains_key(id) => Ok(workflow.promotion_path.as_ref()),
        WorkflowStage::Production => Err(Refusal::missing(format!("{id} is in production already."))),
    }
}

/// By the policy in force.
pub(super) fn is_there(world: &World<'_>, id: &WorkflowId) -> bool {
    world.policy.workflows.get(id).is_some_and(|workflow| workflow.stage == WorkflowStage::Production)
}

/// What is approved, to the letter.
pub(super) fn action(id: &WorkflowId) -> String {
    format!("put {id} into production")
}

/// What the policy in force lacks for the workflow in production.
pub(super) fn lacks(world: &World<'_>, id: &WorkflowId) -> Vec<RedFlag> {
    redflag::lacks_for_production(world.policy, id)
}

/// For the answer to whoever asked: why nobody can approve yet, or nothing.
pub(super) fn said(world: &World<'_>, id: &WorkflowId, at: At) -> Sentence {
    match (&lacks(world, id)[..], lacks_a_drill(world, id, at)) {
        ([], None) => Sentence::default(),
        ([], Some(_)) => {
            say!["Nobody can approve it yet: no drill of its way back is on record that counts, ", drill(id), ". "]
        }
        (lacks, None) => format!("Nobody can approve it yet: {}. ", first_of(lacks)).into(),
        (lacks, Some(_)) => say![
            format!("Nobody can approve it yet: {}. Nor is a drill of its way back on record, ", first_of(lacks)),
            drill(id),
            ". "
        ],
    }
}

/// What goes the way back for practice.
fn drill(id: &WorkflowId) -> Line {
    rollback::Verb::Drill.of(CaseKind::Rollback).with(id).with("from=…").with("to=…").with("…")
}

/// Where the policy asks for a drill before production and none counts: how recent it has to be, and when the last one was.
fn lacks_a_drill(world: &World<'_>, id: &WorkflowId, at: At) -> Option<(Option<Span>, Option<At>)> {
    let rule = world.policy.rollbacks.get(id).filter(|rule| rule.drill_for_production)?;
    let last = world.releases.drilled(id);
    let counts = |last: At| rule.drill_every.is_none_or(|every| at < last + every);
    (!last.is_some_and(counts)).then_some((rule.drill_every, last))
}

fn first_of(lacks: &[RedFlag]) -> String {
    match lacks {
        [] => "nothing is missing".to_owned(),
        [one] => format!("{}; write {}", one.what, one.write),
        [one, rest @ ..] => format!("{} ({} more on the card); write {}", one.what, rest.len(), one.write),
    }
}

impl Approval {
    /// A promotion is approved only once the policy defines what a workflow in production needs.
    ///
    /// # Errors
    /// The first thing that is missing, and what to write.
    pub(super) fn is_ready(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        if !self.promotes {
            return Ok(());
        }
        let id = &scene.case.workflow;
        if !scene.world.policy.workflows.contains_key(id) {
            let lost = format!(": {} is in the policy no more.", quoted(id.as_str()));
            return Err(Refusal::missing(say!["decline it with ", Verb::Decline.on(scene.case.id).with("…"), lost]));
        }
        self.is_not_held(scene)?;
        let drill = lacks_a_drill(scene.world, id, scene.ask.at).map(|(every, last)| {
            let within = every.map(|every| format!(" of the last {every}")).unwrap_or_default();
            let was = last.map(|last| format!("; the last one was {}", scene.moment(last))).unwrap_or_default();
            say![
                drill(id),
                format!(". The policy asks for a drill{within} on record before {id} goes into production{was}.")
            ]
        });
        match (&lacks(scene.world, id)[..], drill) {
            ([], None) => {}
            ([], Some(drill)) => {
                return Err(Refusal::missing(say!["go the way back for practice first: ", drill]));
            }
            (lacks, drill) => {
                let first = first_of(lacks);
                let not_ready = format!("{id} isn't ready for production: {first}. Approve once the policy has it.");
                return Err(Refusal::missing(match drill {
                    None => not_ready.into(),
                    Some(drill) => say![not_ready, " Go the way back for practice, too: ", drill],
                }));
            }
        }
        Ok(())
    }

    /// What is done with actions, and neither with a promotion nor with what becomes of records.
    ///
    /// # Errors
    /// It is one of these.
    pub(super) fn only_actions(&self, scene: &Scene<'_>, done: &str) -> Result<(), Refusal> {
        let what = match (self.promotes, &self.records) {
            (false, None) => return Ok(()),
            (true, _) => "puts a workflow into production",
            (false, Some(_)) => "is about what becomes of records",
        };
        Err(Refusal::missing(format!("{} {what}: that can't {done}.", scene.case.id)))
    }

    /// Whether nobody's silence approves it.
    pub fn needs_a_word(&self) -> bool {
        self.promotes || self.records.is_some()
    }
}
