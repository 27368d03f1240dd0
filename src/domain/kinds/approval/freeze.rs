//! What a freeze holds: the way into production, and every change of what is there, unless the policy lets its path go on. That is looked
//! at when something would be approved, by the last vote, by one person alone or by silence, and never when it was asked for. A promotion
//! gets no vote at all meanwhile, as with whatever else it isn't ready for.

use super::Approval;
use crate::domain::bot::releases::Freeze;
use crate::domain::kinds::rollback;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Attribution, Obligation};
use crate::domain::policy::Policy;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::text::quoted;
use crate::domain::{At, Body, Case, CaseKind, Refusal, Span, WorkflowId, WorkflowStage, World};

/// The freeze that holds a case at a moment.
pub fn held_by<'w>(case: &Case, world: &World<'w>, at: At) -> Option<&'w Freeze> {
    let Body::Approval(approval) = &case.body else { return None };
    approval.held_by(case, world, at).filter(|_| approval.outcome.is_none())
}

impl Approval {
    /// Whether a freeze of the workflow holds it, by the policy in force.
    pub(in crate::domain) fn is_held(&self, workflow: &WorkflowId, policy: &Policy) -> bool {
        let is_in_use = policy.workflows.get(workflow).is_none_or(|flow| flow.stage == WorkflowStage::Production);
        let path_goes_on = policy.paths.get(&self.path).is_some_and(|path| !path.held_by_freeze);
        self.promotes || (is_in_use && !path_goes_on)
    }

    /// The freeze that holds it at a moment.
    pub(super) fn held_by<'w>(&self, case: &Case, world: &World<'w>, at: At) -> Option<&'w Freeze> {
        let freeze = world.releases.freeze(&case.workflow, at)?;
        let goes_on = freeze.overridden.contains(&case.id) || !self.is_held(&case.workflow, world.policy);
        (!goes_on).then_some(freeze)
    }

    /// Where nothing is missing but the vote that a freeze holds, and it held for most of the time, the slowness is that of whoever holds it.
    pub(super) fn attributed_to_a_freeze(&self, owed: &Obligation, scene: &Scene<'_>) -> Option<Attribution> {
        let (case, world) = (scene.case, scene.world);
        // As it was when the time was up, also where that is seen later.
        let (opened, due) = (owed.opened, owed.terms.due.min(scene.ask.at));
        let freeze = self.held_by(case, world, due - Span(1))?;
        let held = due.min(freeze.until.unwrap_or(due)) - opened.max(freeze.since.unwrap_or(opened));
        if Span(2 * held.0) < due - opened {
            return None;
        }
        let stages = world.stamped.paths.get(&self.path).map_or(1, |path| path.stages.len());
        let waits_for_it = self.stage as usize + 1 == stages && owed.votes + 1 >= owed.terms.quorum;
        let policy = world.policy;
        let of_the_role =
            || policy.may_in(&case.workflow).freeze_promotions.first().and_then(|role| policy.roles.get(role));
        let party = match &freeze.by {
            Some(by) => policy.people.get(by).map(|person| &person.party),
            None => of_the_role().map(|role| &role.party),
        };
        party.filter(|_| waits_for_it || self.promotes).cloned().map(Attribution::Holder)
    }

    /// What is said to whoever asked or voted meanwhile.
    pub(super) fn said_of_a_freeze(
        &self,
        case: &Case,
        world: &World<'_>,
        at: At,
        says: impl Fn(At) -> String,
    ) -> String {
        let Some(freeze) = self.held_by(case, world, at) else { return String::new() };
        let ends = freeze.until.map(|until| format!(" until {}", says(until))).unwrap_or_default();
        let what = if self.promotes { "no vote counts before that ends" } else { "the last vote waits for that" };
        format!("Changes of {} are held{ends}: {what}. ", case.workflow)
    }

    /// # Errors
    /// It is held: until when, why, and by whose word it goes on.
    pub(super) fn is_not_held(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let Some(freeze) = self.held_by(scene.case, scene.world, scene.ask.at) else { return Ok(()) };
        let id = &scene.case.workflow;
        let ends = match freeze.until {
            Some(until) => format!(" until {}", scene.moment(until)),
            None => String::new(),
        };
        let may = scene.world.people.seats(&scene.may().freeze_promotions, std::slice::from_ref(&self.requester));
        let ask = match may.is_empty() {
            true => String::new(),
            false => format!("Ask {}: ", scene.names(&persons(may))),
        };
        let line = |verb: rollback::Verb| verb.of(CaseKind::Rollback).with(id);
        Err(Refusal::missing(say![
            format!("changes of {id} are held{ends}: {}. {ask}", quoted(&freeze.reason)),
            line(rollback::Verb::Override).with(scene.case.id).with("why"),
            " lets this one through, ",
            line(rollback::Verb::Thaw).with("why"),
            " ends the freeze; both are recorded decisions. Going back stays possible."
        ]))
    }
}
