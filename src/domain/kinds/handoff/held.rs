//! Whether what was offered is its giver's still, when somebody answers it: between the two it may have gone to others, by another
//! handoff, by a shift that somebody took, or by the policy. And whose it is by then.

use super::{Handed, Handoff, Item, Scope};
use crate::domain::every_case::{Handing, InRoles, moves};
use crate::domain::scene::Scene;
use crate::domain::{At, Case, PersonId, RotaId, text};

/// What was offered and isn't its giver's any more.
pub(super) struct Gone {
    /// The items, by number.
    pub items: Vec<u32>,
    /// Nothing of it is theirs any more.
    pub all: bool,
    /// Who has it by now, as far as everybody who sees the handoff may read it.
    pub held_by: Vec<PersonId>,
    /// With whom each of it is, for a sentence; empty where nothing is gone.
    pub with: String,
}

impl Handoff {
    /// What went to others of these items since they were offered. `cases`: those that aren't over; `None`: nothing was looked at.
    pub(super) fn gone<'i>(
        &self,
        items: impl Iterator<Item = &'i Item>,
        cases: Option<&[Case]>,
        scene: &Scene<'_>,
    ) -> Gone {
        let mut gone = Gone { items: Vec::new(), all: cases.is_some(), held_by: Vec::new(), with: String::new() };
        let Some(cases) = cases else { return gone };
        let mut with: Vec<String> = Vec::new();
        for item in items {
            if self.is_held(&item.what, cases, scene) {
                gone.all = false;
                continue;
            }
            let holders = self.holders(&item.what, cases, scene);
            let called = self.called(scene, &item.what);
            with.push(match holders.as_slice() {
                [] => format!("{called} isn't theirs any more"),
                holders => format!("{called} is with {} by now", scene.names(holders)),
            });
            gone.items.push(item.number);
            gone.held_by.extend(holders.into_iter().filter(|it| !gone.held_by.contains(it)).collect::<Vec<_>>());
        }
        gone.with = text::list(with.into_iter());
        gone
    }

    /// Who has it now in its giver's place.
    fn holders(&self, what: &Handed, cases: &[Case], scene: &Scene<'_>) -> Vec<PersonId> {
        let world = scene.world;
        match what {
            Handed::Case { case, seats, .. } => {
                let Some(case) = cases.iter().find(|it| it.id == *case) else { return Vec::new() };
                // Who has a restricted case is for its own people to know.
                if case.restricted && !scene.case.restricted {
                    return Vec::new();
                }
                let sits = |person: &&PersonId| case.seats_of(person).iter().any(|seat| seats.contains(seat));
                let seated: Vec<PersonId> = world.policy.people.keys().filter(sits).cloned().collect();
                // Nobody sits in what is over.
                if !seated.is_empty() && !case.is_closed() {
                    return seated;
                }
                let mut waiting: Vec<PersonId> = Vec::new();
                for owed in case.open_obligations() {
                    let people = scene.world.people.on(&case.workflow);
                    let seats = case.waiting_on(owed, &people);
                    waiting.extend(
                        seats
                            .into_iter()
                            .map(|it| it.person)
                            .filter(|it| *it != self.giver && !waiting.contains(it))
                            .collect::<Vec<_>>(),
                    );
                }
                waiting
            }
            Handed::Role { role, workflow } => {
                let people = workflow.as_ref().map_or(world.people.anywhere(), |workflow| world.people.on(workflow));
                people.members(role).into_iter().cloned().collect()
            }
            Handed::Shift { rota, starts, ends } => {
                let at = (*starts).max(scene.ask.at);
                let shifts = world.people.shifts(rota).filter(|_| at < *ends);
                shifts.and_then(|shifts| shifts.on(at)).into_iter().cloned().collect()
            }
        }
    }

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
