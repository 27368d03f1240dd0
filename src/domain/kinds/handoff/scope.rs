//! What a scope comes to: the items of it, and what goes to the receiver on each case if they are accepted.

use std::collections::BTreeSet;

use super::questions::Questions;
use super::{Brief, Handed, Handoff, Item, Kept, Late, Scope, Verb};
use crate::domain::every_case::{HandOver, Handing, InRoles, Moves, moves};
use crate::domain::kinds::Reach;
use crate::domain::line::{Named, Sentence, Shift, say};
use crate::domain::obligation::Receiver;
use crate::domain::people::People;
use crate::domain::ruling::persons;
use crate::domain::{
    At, Case, CaseId, CaseKind, Label, PartyId, PersonId, Policy, Refusal, RoleId, RotaId, WorkflowId, WorkflowStage,
    World, text,
};

/// The cases that the rules must see.
pub(super) fn reach(scope: &Scope, giver: Option<&PersonId>) -> Reach {
    match scope {
        Scope::Case(id) => Reach::Case(*id),
        Scope::Role { role, workflow } => {
            Reach::HeldBy { people: Vec::new(), roles: vec![role.clone()], workflow: workflow.clone() }
        }
        Scope::Shift { .. } => Reach::HeldBy { people: Vec::new(), roles: Vec::new(), workflow: None },
        Scope::Leaving {} => Reach::AllOf { people: giver.into_iter().cloned().collect() },
        Scope::Workflow { workflow, .. } => Reach::On { workflow: workflow.clone() },
    }
}

/// What is offered, by whom, to whom, as it is now.
pub(super) struct Offering<'a> {
    pub scope: &'a Scope,
    pub giver: &'a PersonId,
    pub to: &'a Receiver,
    /// The cases in its scope.
    pub cases: &'a [Case],
    pub now: At,
    pub world: &'a World<'a>,
}

/// What a scope comes to.
pub(super) struct Scoped {
    pub workflow: WorkflowId,
    /// The workflows whose people read of it.
    pub workflows: Vec<WorkflowId>,
    pub items: Vec<Item>,
    pub count: usize,
    pub kept: Vec<Kept>,
    pub brief: Brief,
    /// What the receiver will be asked to say back.
    pub asked: Vec<Label>,
    /// The restricted case that is handed over.
    pub restricted: Option<CaseId>,
    /// Restricted cases that go by handoffs of their own, and from whom.
    pub apart: Vec<(CaseId, PersonId)>,
    /// What nobody else holds, for a sentence.
    pub alone: Vec<String>,
}

/// A seat that would go to somebody who isn't of its role's party.
pub(super) struct Outside {
    pub role: RoleId,
    pub party: PartyId,
    pub workflow: Option<WorkflowId>,
}

impl Offering<'_> {
    /// Where the right to hand over what another holds is needed: on each workflow that it touches, and everywhere (`None`) for a
    /// role or a shift as such.
    pub(super) fn touched(&self) -> Result<BTreeSet<Option<WorkflowId>>, Refusal> {
        let Offering { scope, cases, .. } = self;
        let of_case = |id: &CaseId| cases.iter().find(|case| case.id == *id).map(|case| case.workflow.clone());
        Ok(match scope {
            Scope::Case(id) => BTreeSet::from([of_case(id)]),
            Scope::Role { workflow, .. } => BTreeSet::from([workflow.clone()]),
            Scope::Shift { .. } => BTreeSet::from([None]),
            Scope::Workflow { workflow, .. } => BTreeSet::from([Some(workflow.clone())]),
            Scope::Leaving {} => {
                let all = self.items()?;
                let places: BTreeSet<Option<WorkflowId>> = all
                    .iter()
                    .map(|item| match &item.what {
                        Handed::Case { case, .. } => of_case(case),
                        Handed::Role { workflow, .. } => workflow.clone(),
                        Handed::Shift { .. } => None,
                    })
                    .collect();
                if places.is_empty() { BTreeSet::from([None]) } else { places }
            }
        })
    }

    pub(super) fn all_of_it(&self) -> Result<Scoped, Refusal> {
        let Offering { scope, giver, to, cases, now, world } = *self;
        let items = self.items()?;
        let leaving: Vec<&PersonId> = match scope {
            Scope::Leaving {} => vec![giver],
            Scope::Workflow { party, .. } => of_the_party(party, world).collect(),
            Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } => Vec::new(),
        };
        let hidden = cases.iter().filter(|case| case.restricted);
        let held = hidden.flat_map(|case| leaving.iter().map(move |person| (case, *person)));
        let holds = |(case, person): &(&Case, &PersonId)| !in_person(case, person, to, world).is_empty();
        let apart = held.filter(holds).map(|(case, person)| (case.id, person.clone())).collect();
        if items.is_empty() {
            // The same words, whether there is something restricted or not.
            let name = world.policy.name_of(giver);
            return Err(Refusal::missing(say![
                format!(
                    "{name} holds nothing there that could be handed over. A restricted case is handed over by itself: "
                ),
                Verb::Offer.of(CaseKind::Handoff).with("INC-…").with("to").with("@…"),
                "."
            ]));
        }
        let whole = Handing { in_person: true, in_roles: InRoles::Any };
        if let (Scope::Case(_), Some(case)) = (scope, cases.first()) {
            let moves = moves(case, Some(giver), to, &whole, &world.people);
            let part = Part { case, from: None, to: to.clone(), what: whole, moves };
            if part.goes().is_empty() {
                let (name, stays) = (world.policy.name_of(giver), text::list(part.stays(world)));
                let line = Verb::Offer.of(CaseKind::Handoff).with("role=…").with(format_args!("of={}", case.workflow));
                return Err(Refusal::missing(say![
                    format!(
                        "offer it to somebody else: with {name} stays what the receiver may not answer, {stays}. A seat in a role goes with "
                    ),
                    line.with("to=@…"),
                    "."
                ]));
            }
        }
        let restricted = match (scope, cases.first()) {
            (Scope::Case(id), Some(case)) => case.restricted.then_some(*id),
            (_, _) => None,
        };
        let numbers: Vec<u32> = items.iter().map(|item| item.number).collect();
        let from = Some(giver).filter(|_| !matches!(scope, Scope::Workflow { .. }));
        let parts = parts(scope, from, (to, to), &items, &numbers, cases, world);
        let told: Vec<&Part<'_>> = parts.iter().filter(|part| !part.case.restricted).collect();
        let mut workflows: Vec<WorkflowId> = Vec::new();
        let named = items.iter().filter_map(|item| match &item.what {
            Handed::Role { workflow, .. } => workflow.clone(),
            Handed::Case { .. } | Handed::Shift { .. } => None,
        });
        for workflow in named.chain(told.iter().map(|part| part.case.workflow.clone())) {
            if !workflows.contains(&workflow) {
                workflows.push(workflow);
            }
        }
        let case_of_scope = cases.first().filter(|_| matches!(scope, Scope::Case(_)));
        let workflow = match (case_of_scope, workflows.first()) {
            (Some(case), _) => case.workflow.clone(),
            (None, Some(first)) => first.clone(),
            (None, None) => home(giver, world)?,
        };
        let mut public: Vec<&Case> = told.iter().map(|part| part.case).collect();
        public.dedup_by_key(|case| case.id);
        let mut brief = Brief::of(&public, now, world);
        let knowledge = &world.stamped.handoffs.knowledge;
        let mut known = workflows.clone();
        known.extend(served(&items, world.policy).into_iter().filter(|it| !workflows.contains(it)));
        brief.knowledge = known.iter().filter_map(|it| knowledge.get(it)).flatten().cloned().collect();
        let alone = items.iter().filter(|item| item.only).map(|item| item.what.called()).collect();
        let kept = told.iter().flat_map(|part| part.kept()).collect();
        let asked = Questions::of(&told, items.iter(), world).asked();
        let count = items.len();
        Ok(Scoped { workflow, workflows, items, count, kept, brief, asked, restricted, apart, alone })
    }

    /// The seats that would go to somebody who isn't of the role's party. What a party hands over as such goes to another by its own way.
    pub(super) fn seats_out_of_their_party(&self, items: &[Item]) -> Vec<Outside> {
        let Offering { scope, to, world, .. } = *self;
        if matches!(scope, Scope::Workflow { .. }) {
            return Vec::new();
        }
        let roles = items.iter().filter_map(|item| match &item.what {
            Handed::Role { role, workflow } => Some((role, workflow)),
            Handed::Case { .. } | Handed::Shift { .. } => None,
        });
        let outside = roles.filter_map(|(role, workflow)| {
            let party = &world.policy.roles.get(role)?.party;
            let is_theirs = match to {
                Receiver::Person(person) => world.policy.people.get(person).is_some_and(|it| it.party == *party),
                Receiver::Role(to) => world.policy.roles.get(to).is_some_and(|it| it.party == *party),
            };
            (!is_theirs).then(|| Outside { role: role.clone(), party: party.clone(), workflow: workflow.clone() })
        });
        outside.collect()
    }

    /// The shifts of somebody who leaves that don't go along: the policy goes on putting them on, and only who takes turns takes one.
    pub(super) fn shifts_that_stay(&self, items: &[Item], by: &PersonId) -> Sentence {
        let Offering { scope, giver, now, world, .. } = *self;
        let mut stay = Sentence::default();
        if !matches!(scope, Scope::Leaving {}) {
            return stay;
        }
        let name = world.policy.name_of(giver);
        for (id, rota) in &world.policy.rotas {
            let goes = items.iter().any(|item| matches!(&item.what, Handed::Shift { rota, .. } if rota == id));
            let next = world.people.shifts(id).and_then(|shifts| shifts.next_of(giver, now));
            let members = rota.members();
            let policy = format!("the policy puts {name} on until [rotas.{id}] in it names somebody else");
            let more = match (goes, next) {
                (true, _) if members.contains(&giver) => say![format!(". Of {id} only one shift goes along: {policy}")],
                (true, _) | (false, None) => continue,
                (false, Some(shift)) => {
                    let from = world.moment_for(shift.starts, now, Some(by));
                    let line = match members.iter().find(|member| **member != giver) {
                        Some(other) => {
                            let line = Verb::Offer.of(CaseKind::Handoff).with(format_args!("shift={id}"));
                            let line = line.with(format_args!("to=@{other}"));
                            if by == giver { line } else { line.with(format_args!("from=@{giver}")) }
                        }
                        None => Shift::Override.line().with(id).with("@…").with("to=…").with("…"),
                    };
                    say![
                        format!(
                            ". {name}'s shifts of {id}, the next from {from}, stay: only who takes turns can take one, with "
                        ),
                        line,
                        format!(", and {policy}")
                    ]
                }
            };
            stay = say![stay, more];
        }
        stay
    }

    /// What can be accepted or refused by itself.
    fn items(&self) -> Result<Vec<Item>, Refusal> {
        let Offering { scope, giver, to, cases, now, world } = *self;
        let mut all: Vec<(Handed, bool)> = Vec::new();
        match scope {
            Scope::Case(id) => {
                let case = cases.first().ok_or(Refusal::NoSuchCase(*id))?;
                let whole = Handing { in_person: true, in_roles: InRoles::Any };
                all.extend(of_case(case, &moves(case, Some(giver), to, &whole, &world.people), None));
            }
            Scope::Role { role, workflow } => {
                let people = workflow.as_ref().map_or(world.people.anywhere(), |workflow| world.people.on(workflow));
                if !world.policy.roles.contains_key(role) || !people.members(role).contains(&giver) {
                    return Err(Refusal::missing(format!("{} doesn't hold {role}.", world.policy.name_of(giver))));
                }
                all.push(a_role(role, workflow.as_ref(), giver, &people));
            }
            Scope::Shift { rota } => all.push((shift(rota, giver, to, now, world)?, false)),
            Scope::Workflow { .. } => {}
            Scope::Leaving {} => {
                let anywhere = world.people.anywhere();
                let held = |role: &RoleId| anywhere.members(role).contains(&giver);
                let roles = || world.policy.roles.keys();
                all.extend(roles().filter(|role| held(role)).map(|role| a_role(role, None, giver, &anywhere)));
                // What they took over on one workflow alone is theirs on that one.
                for workflow in world.policy.workflows.keys() {
                    let there = world.people.on(workflow);
                    let theirs = roles().filter(|role| !held(role) && there.members(role).contains(&giver));
                    all.extend(theirs.map(|role| a_role(role, Some(workflow), giver, &there)));
                }
                for rota in world.policy.rotas.keys() {
                    all.extend(shift(rota, giver, to, now, world).ok().map(|shift| (shift, false)));
                }
                let public = cases.iter().filter(|case| !case.restricted);
                all.extend(public.filter_map(|case| of_case(case, &in_person(case, giver, to, world), None)));
            }
        }
        if let Scope::Workflow { workflow, party } = scope {
            world.workflow(workflow)?;
            let theirs = world.policy.roles.iter().filter(|(_, role)| role.party == *party);
            let seats = theirs.map(|(id, _)| Handed::Role { role: id.clone(), workflow: Some(workflow.clone()) });
            all.extend(seats.map(|seat| (seat, false)));
            // What its people hold themselves would stay behind with them.
            for case in cases.iter().filter(|case| !case.restricted) {
                let theirs = of_the_party(party, world);
                all.extend(
                    theirs.filter_map(|person| of_case(case, &in_person(case, person, to, world), Some(person))),
                );
            }
        }
        let numbered = (1..).zip(all);
        Ok(numbered.map(|(number, (what, only))| Item { number, what, only }).collect())
    }
}

/// The workflows that roles of these items serve where no single one is named, also by the turns of a shift: those in production first.
fn served(items: &[Item], policy: &Policy) -> Vec<WorkflowId> {
    let mut roles: BTreeSet<RoleId> = BTreeSet::new();
    for item in items {
        match &item.what {
            Handed::Role { role, workflow: None } => roles.extend([role.clone()]),
            Handed::Shift { rota, .. } => roles.extend(policy.roles_of_rota(rota)),
            Handed::Role { workflow: Some(_), .. } | Handed::Case { .. } => {}
        }
    }
    let parties: BTreeSet<&PartyId> = roles.iter().filter_map(|role| Some(&policy.roles.get(role)?.party)).collect();
    let has_a_part = |parts: &[PartyId]| parts.is_empty() || parts.iter().any(|party| parties.contains(party));
    let named = items.iter().filter_map(|item| match &item.what {
        Handed::Role { workflow, .. } => workflow.as_ref(),
        Handed::Case { .. } | Handed::Shift { .. } => None,
    });
    let named: BTreeSet<&WorkflowId> = named.collect();
    let serves = |id: &WorkflowId, parts: &[PartyId]| named.contains(id) || (!parties.is_empty() && has_a_part(parts));
    let all = policy.workflows.iter().filter(|(id, workflow)| serves(id, &workflow.parties));
    let mut all: Vec<(bool, &WorkflowId)> =
        all.map(|(id, workflow)| (workflow.stage != WorkflowStage::Production, id)).collect();
    all.sort();
    all.into_iter().map(|(_, id)| id.clone()).collect()
}

impl Handoff {
    /// The workflows that what is offered of it serves.
    pub fn serves(&self, policy: &Policy) -> Vec<WorkflowId> {
        let open: Vec<Item> = match self.open_items().next() {
            Some(_) => self.open_items().cloned().collect(),
            None => self.items.clone(),
        };
        served(&open, policy)
    }
}

/// What stands on one person once these seats are the receiver's, and stood on more before, for a sentence.
pub(super) fn left_alone<'i>(
    items: impl Iterator<Item = &'i Item>,
    giver: &PersonId,
    to: &Receiver,
    world: &World<'_>,
) -> Vec<String> {
    let seats = items.filter_map(|item| match &item.what {
        Handed::Role { role, workflow } => Some((role, workflow.as_ref())),
        Handed::Case { .. } | Handed::Shift { .. } => None,
    });
    let alone = seats.filter_map(|(role, workflow)| {
        // Who is on shift changes by itself.
        if world.policy.roles.get(role)?.rota.is_some() {
            return None;
        }
        let people = workflow.map_or(world.people.anywhere(), |workflow| world.people.on(workflow));
        let before: BTreeSet<&PersonId> = people.members(role).into_iter().collect();
        let mut after = before.clone();
        after.remove(giver);
        match to {
            Receiver::Person(person) => after.extend([person]),
            Receiver::Role(to) => after.extend(people.members(to)),
        }
        let only = after.first().filter(|_| after.len() == 1 && before.len() > 1)?;
        let of = workflow.map_or(String::new(), |workflow| format!(" of {workflow}"));
        Some(format!("{role}{of} on {}", world.policy.name_of(only)))
    });
    alone.collect()
}

/// The workflow of somebody who has nothing open: the first that their party has a part in.
fn home(person: &PersonId, world: &World<'_>) -> Result<WorkflowId, Refusal> {
    let party = world.policy.people.get(person).map(|it| &it.party);
    let workflows = &world.policy.workflows;
    let theirs = workflows.iter().find(|(_, it)| party.is_some_and(|party| it.parties.contains(party)));
    let first = theirs.or_else(|| workflows.iter().next());
    first.map(|(id, _)| id.clone()).ok_or(Refusal::Stranger)
}

/// Everybody of a party.
fn of_the_party<'w>(party: &'w PartyId, world: &World<'w>) -> impl Iterator<Item = &'w PersonId> {
    world.policy.people.iter().filter(move |(_, it)| it.party == *party).map(|(person, _)| person)
}

/// What somebody holds of a case themselves, and not in a role.
fn in_person(case: &Case, person: &PersonId, to: &Receiver, world: &World<'_>) -> Moves {
    moves(case, Some(person), to, &Handing { in_person: true, in_roles: InRoles::None }, &world.people)
}

fn of_case(case: &Case, moves: &Moves, of: Option<&PersonId>) -> Option<(Handed, bool)> {
    let answers = u32::try_from(moves.duties.len()).unwrap_or(u32::MAX);
    let handed = Handed::Case { case: case.id, seats: moves.seats.clone(), answers, of: of.cloned() };
    (!moves.is_empty()).then_some((handed, false))
}

fn a_role(role: &RoleId, workflow: Option<&WorkflowId>, giver: &PersonId, people: &People<'_>) -> (Handed, bool) {
    let others = people.members(role).into_iter().any(|member| member != giver);
    (Handed::Role { role: role.clone(), workflow: workflow.cloned() }, !others)
}

/// The shift that somebody has now or next. Whoever receives it takes turns in the rota as well.
fn shift(rota: &RotaId, giver: &PersonId, to: &Receiver, now: At, world: &World<'_>) -> Result<Handed, Refusal> {
    let unknown = || Refusal::missing(format!("I don't know the rota {} in this policy.", text::quoted(rota.as_str())));
    let known = world.policy.rotas.get(rota).ok_or_else(unknown)?;
    let members = known.members();
    match to {
        Receiver::Person(person) if members.contains(&person) => {}
        Receiver::Person(_) | Receiver::Role(_) => {
            let names = text::or(members.iter().map(|it| world.policy.name_of(it)));
            return Err(Refusal::missing(format!("only who takes turns in {rota} can take its shift: {names}.")));
        }
    }
    let theirs = world.people.shifts(rota).and_then(|shifts| shifts.next_of(giver, now));
    let (starts, ends) = theirs.and_then(|shift| Some((shift.starts, shift.ends?))).ok_or_else(|| {
        Refusal::missing(format!("{} has no shift of {rota} to hand over.", world.policy.name_of(giver)))
    })?;
    Ok(Handed::Shift { rota: rota.clone(), starts, ends })
}

/// What goes to the receiver on one case, from one person or from whoever holds the roles.
pub(super) struct Part<'c> {
    pub case: &'c Case,
    from: Option<PersonId>,
    to: Receiver,
    what: Handing,
    pub moves: Moves,
}

impl<'c> Part<'c> {
    /// What somebody takes over of one case: all that its holder has of it, and the taker hasn't.
    pub(super) fn taken(case: &'c Case, from: &PersonId, to: &Receiver, world: &World<'_>) -> Part<'c> {
        let what = Handing { in_person: true, in_roles: InRoles::NotTheReceivers };
        let moves = moves(case, Some(from), to, &what, &world.people);
        Part { case, from: Some(from.clone()), to: to.clone(), what, moves }
    }

    /// What of it goes along, for a sentence: seats first, each duty once.
    pub(super) fn goes(&self) -> Vec<String> {
        let mut goes: Vec<String> = self.moves.seats.iter().map(|seat| format!("the {seat} seat")).collect();
        for owed in self.moves.of(self.case) {
            let the = owed.duty.the();
            if !goes.contains(&the) {
                goes.push(the);
            }
        }
        goes
    }

    /// What of it stays, for a sentence: each with who may answer it.
    pub(super) fn stays(&self, world: &World<'_>) -> impl Iterator<Item = String> {
        let kept = self.moves.kept.iter().filter_map(|number| self.case.obligation(*number));
        kept.map(|owed| {
            let who = persons(self.case.waiting_on(owed, &world.people));
            let it = format!("{} on {}", owed.duty.the(), self.case.id);
            match who.as_slice() {
                [] => it,
                who => format!("{it}, for {}", text::or(who.iter().map(|person| world.policy.name_of(person)))),
            }
        })
    }

    pub(super) fn kept(&self) -> impl Iterator<Item = Kept> {
        let case = self.case;
        let kept = self.moves.kept.iter().filter_map(move |number| case.obligation(*number));
        kept.map(move |owed| Kept { case: case.id, number: owed.number, duty: owed.duty })
    }

    /// What of it is late, and since when.
    pub(super) fn late(&self) -> impl Iterator<Item = (At, Late)> {
        let late = self.moves.of(self.case).filter(|owed| owed.is_late());
        late.map(|owed| (owed.terms.due, Late { case: self.case.id, duty: owed.duty }))
    }

    pub(super) fn hand_over(&self, handoff: CaseId) -> HandOver {
        HandOver { handoff, from: self.from.clone(), to: self.to.clone(), what: self.what.clone() }
    }
}

/// What goes to the receiver on each case, if these items are accepted: what is held in roles to the one, what somebody holds
/// themselves to the other, where a role receives it.
pub(super) fn parts<'c>(
    scope: &Scope,
    from: Option<&PersonId>,
    (to, to_in_person): (&Receiver, &Receiver),
    items: &[Item],
    accepted: &[u32],
    cases: &'c [Case],
    world: &World<'_>,
) -> Vec<Part<'c>> {
    let accepted = || items.iter().filter(|item| accepted.contains(&item.number)).map(|item| &item.what);
    let mut parts = Vec::new();
    for case in cases {
        let whose = accepted().filter_map(|what| match what {
            Handed::Case { case: id, of, .. } if *id == case.id => Some(of.as_ref().or(from)),
            Handed::Case { .. } | Handed::Role { .. } | Handed::Shift { .. } => None,
        });
        let in_person = |person| (person, to_in_person, Handing { in_person: true, in_roles: InRoles::None });
        let mut wanted: Vec<(Option<&PersonId>, &Receiver, Handing)> = whose.map(in_person).collect();
        let roles = accepted().filter_map(|what| match what {
            Handed::Role { role, workflow } => {
                workflow.as_ref().is_none_or(|workflow| *workflow == case.workflow).then(|| role.clone())
            }
            Handed::Case { .. } | Handed::Shift { .. } => None,
        });
        let in_roles = match scope {
            Scope::Case(_) if !wanted.is_empty() => InRoles::Any,
            Scope::Case(_) | Scope::Shift { .. } => InRoles::None,
            Scope::Role { .. } | Scope::Leaving {} | Scope::Workflow { .. } => InRoles::Seats(roles.collect()),
        };
        match wanted.iter_mut().find(|(person, receiver, _)| *person == from && *receiver == to) {
            Some((.., what)) => what.in_roles = in_roles,
            None => wanted.push((from, to, Handing { in_person: false, in_roles })),
        }
        parts.extend(wanted.into_iter().filter_map(|(from, to, what)| {
            let moves = moves(case, from, to, &what, &world.people);
            let (from, to) = (from.cloned(), to.clone());
            (!moves.is_empty()).then_some(Part { case, from, to, what, moves })
        }));
    }
    parts
}
