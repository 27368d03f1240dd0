//! What a freeze holds: the way into production, and every change of what is there, unless the policy lets its path go on. That is looked
//! at when something would be approved, by the last vote, by one person alone or by silence, and never when it was asked for. A promotion
//! gets no vote at all meanwhile, as with whatever else it isn't ready for.

use super::Approval;
use crate::domain::bot::releases::Freeze;
use crate::domain::kinds::rollback;
use crate::domain::line::{Named, say};
use crate::domain::policy::Policy;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::text::quoted;
use crate::domain::{At, Case, CaseKind, Refusal, WorkflowId, WorkflowStage, World};

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
