//! Whether what was offered is its giver's still, when somebody wants to accept it: between the two it may have gone to others, by
//! another handoff, by a shift that somebody took, or by the policy.

use super::{Handed, Handoff, Scope};
use crate::domain::every_case::{Handing, InRoles, moves};
use crate::domain::scene::Scene;
use crate::domain::{At, Case, RotaId};

impl Handoff {
    pub(super) fn is_held(&self, what: &Handed, cases: &[Case], scene: &Scene<'_>) -> bool {
        let world = scene.world;
        match what {
            Handed::Case { case, of, .. } => {
                let in_roles = match self.scope {
                    Scope::Case(_) => InRoles::Any,
                    Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} | Scope::Workflow { .. } => {
                        InRoles::None
                    }
                };
                let what = Handing { in_person: true, in_roles };
                let case = cases.iter().find(|it| it.id == *case);
                let from = of.as_ref().or(self.from());
                case.is_some_and(|case| !moves(case, from, &self.to, &what, &world.people).is_empty())
            }
            Handed::Role { role, workflow } => {
                let people = workflow.as_ref().map_or(world.people.anywhere(), |workflow| world.people.on(workflow));
                let members = people.members(role);
                match &self.scope {
                    Scope::Workflow { party, .. } => members
                        .iter()
                        .any(|member| world.policy.people.get(*member).is_some_and(|it| it.party == *party)),
                    Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => {
                        members.contains(&&self.giver)
                    }
                }
            }
            Handed::Shift { rota, starts, ends } => self.left_of(rota, (*starts, *ends), scene).is_some(),
        }
    }

    /// What is left of a shift, from now on, that its giver has still.
    pub(super) fn left_of(&self, rota: &RotaId, (starts, ends): (At, At), scene: &Scene<'_>) -> Option<(At, At)> {
        let now = scene.ask.at;
        let starts = starts.max(now);
        let shift = scene.world.people.shifts(rota)?.shift_at(now, starts)?;
        let ends = shift.ends.map_or(ends, |end| end.min(ends));
        (shift.on == Some(&self.giver) && starts < ends).then_some((starts, ends))
    }
}
