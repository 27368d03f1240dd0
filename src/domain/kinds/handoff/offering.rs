//! How something is offered: who may, what of it can be handed over to whom, and what the receiver is told of it.

use std::collections::BTreeSet;

use super::{Brief, Event, Handed, Item, Kept, Offered, Opening, Scope, Telling, Verb};
use crate::domain::every_case::{HandOver, Handing, InRoles, Moves, moves};
use crate::domain::kinds::{Began, Reach};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Receiver};
use crate::domain::policy::Channel;
use crate::domain::{
    Actor, Ask, At, Case, CaseId, CaseKind, Draft, Duty, Opening as Opens, PartyId, PersonId, Refusal, RoleId, RotaId,
    Ruling, Then, WorkflowId, World, text,
};

/// A case's title says so where only its own people may read more.
const RESTRICTED: &str = "A restricted case";

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

/// Offers something with the number that the desk reserved for the handoff.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn offer(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = asker(wanted, ask, world)?;
    // Asked only to see whether somebody could offer anything: everybody may offer what is theirs.
    let Some(cases) = &wanted.cases else { return Ok(Ruling::nothing()) };
    if let Scope::Case(id) = &wanted.scope {
        visible(*id, cases, &by, world)?;
    }
    let giver = wanted.giver.clone().unwrap_or_else(|| by.clone());
    known(&giver, world)?;
    let named = wanted.to_party.as_deref().map(|party| of_party(party, world)).transpose()?;
    let to = wanted.to.clone().or(named).ok_or_else(|| {
        Refusal::missing(say![
            "say to whom, as in ",
            Verb::Offer.of(CaseKind::Handoff).with("INC-1").with("to").with("@…"),
            ": the receiver is missing."
        ])
    })?;
    if let Receiver::Person(to) = &to {
        known(to, world)?;
        if *to == giver {
            return Err(Refusal::missing("name somebody else: nobody hands over to themselves."));
        }
    }
    let reason = wanted.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| text::text("the reason", reason)).transpose()?;
    // Who may not do it learns nothing of what there is.
    match &wanted.scope {
        Scope::Workflow { workflow, party } => {
            speaks_for(party, workflow, world, ask)?;
            between_parties(party, workflow, wanted, world)?;
        }
        Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} if giver == by => {}
        Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => {
            for place in touched(&wanted.scope, &giver, &to, cases, ask.at, world)? {
                may_hand_over(&giver, place.as_ref(), world, ask)?;
            }
        }
    }
    let scoped = in_scope(&wanted.scope, &giver, &to, cases, ask, world)?;
    let workflow = scoped.workflow.clone();
    let restricted = scoped.restricted.is_some();
    let (title, homes) = (title(&wanted.scope, restricted), homes(id, &scoped, world)?);
    let began = Began {
        by: Some(by.clone()),
        workflow,
        homes,
        announced: Vec::new(),
        policy: world.policy.hash.clone(),
        title,
        restricted,
        converted: None,
        from: None,
    };
    let offered = Offered {
        began,
        giver: giver.clone(),
        to: to.clone(),
        scope: wanted.scope.clone(),
        items: scoped.items,
        kept: if restricted { Vec::new() } else { scoped.kept },
        brief: scoped.brief,
        reason: reason.clone(),
    };
    let first = Event::Offered(Box::new(offered)).into();
    let mut draft = Draft::begin(id, first, ask, world).expect("a handoff begins with Offered");
    let holder = match &to {
        Receiver::Person(person) => Holder::Person(person.clone()),
        Receiver::Role(role) => Holder::Roles(vec![role.clone()]),
    };
    let within = world.stamped.handoffs.accept_within;
    let number = draft.owe_anyway(Duty::AcceptHandoff, None, holder, None, within);
    let (people, due) = (draft.waiting_on(number), draft.due_of(number));
    let items = u32::try_from(scoped.count).unwrap_or(u32::MAX);
    let urgent = draft.case.obligation(number).is_some_and(|it| it.terms.urgent);
    let asked_by = Some(by.clone()).filter(|by| *by != giver);
    let telling = Telling::Offered { giver: giver.clone(), by: asked_by, items, people: people.clone(), due, reason };
    draft.tell_case_and(&people, telling.clone(), vec![number], urgent);
    if giver != by {
        draft.tell_person(&giver, telling, Vec::new(), false);
    }
    // Each restricted case is a handoff of its own, which only its own people see. Where somebody else's word doesn't reach, it
    // stays as it is: that there is one isn't theirs to learn.
    let reaches = |(case, from): &(CaseId, PersonId)| match &wanted.scope {
        Scope::Workflow { .. } => true,
        Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => {
            let of = cases.iter().find(|it| it.id == *case).map(|it| &it.workflow);
            *from == by || may_hand_over(from, of, world, ask).is_ok()
        }
    };
    for (case, from) in scoped.apart.into_iter().filter(reaches) {
        draft.then(Then::Open(Opens::Handoff(Opening {
            scope: Scope::Case(case),
            giver: Some(from.clone()),
            to: Some(to.clone()),
            to_party: None,
            reason: None,
            takes: false,
            asked_by: Some(from),
            cases: None,
        })));
    }
    let (names, due) = (world.names(&people), world.moment(due, ask));
    let stays = if giver == by { "you hold" } else { "its giver holds" };
    let alone = match scoped.alone.as_slice() {
        [] => String::new(),
        alone => format!(". Nobody else holds {}", text::list(alone.iter())),
    };
    Ok(draft.done(format!("offered: {names} answers by {due}. Until then {stays} everything{alone}")))
}

/// Who asks: where the bot opens it as a part of something bigger, whoever asked for that.
pub(super) fn asker(wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<PersonId, Refusal> {
    match &wanted.asked_by {
        Some(person) if ask.by == Actor::Engine => Ok(person.clone()),
        Some(_) | None => world.asker(ask),
    }
}

/// The case that somebody wants to hand over or take, if they see it.
///
/// # Errors
/// [`Refusal::NoSuchCase`], the same whether there is one or not.
pub(super) fn visible<'c>(
    id: CaseId,
    cases: &'c [Case],
    by: &PersonId,
    world: &World<'_>,
) -> Result<&'c Case, Refusal> {
    let case = cases.first().filter(|case| case.is_visible_to(by, &world.people));
    if id.kind == CaseKind::Handoff {
        return Err(Refusal::missing("name what it is about: a handoff itself isn't handed over."));
    }
    case.ok_or(Refusal::NoSuchCase(id))
}

/// # Errors
/// [`Refusal::Missing`] with the nearest name.
pub(super) fn known(person: &PersonId, world: &World<'_>) -> Result<(), Refusal> {
    let people = &world.policy.people;
    if people.contains_key(person) {
        return Ok(());
    }
    let hint = text::did_you_mean(person.as_str(), people.keys().map(|it| it.as_str()));
    Err(Refusal::missing(format!("I don't know {} in this policy.{hint}", text::quoted(person.as_str()))))
}

/// The role that takes over for a party.
fn of_party(party: &str, world: &World<'_>) -> Result<Receiver, Refusal> {
    let receivers = &world.policy.handoffs.receivers;
    receivers.get(party).cloned().map(Receiver::Role).ok_or_else(|| {
        let hint = text::did_you_mean(party, receivers.keys().map(|it| it.as_str()));
        Refusal::missing(format!(
            "the policy doesn't say who takes over for {}: `receivers` under [handoff] names a role of each party.{hint}",
            text::quoted(party)
        ))
    })
}

/// What somebody else holds is handed over by those who may alone: on its workflow, or, without one, everywhere.
fn may_hand_over(giver: &PersonId, workflow: Option<&WorkflowId>, world: &World<'_>, ask: &Ask) -> Result<(), Refusal> {
    let what = format!("handing over what {} holds", world.policy.name_of(giver));
    match &workflow.map_or(&world.policy.may, |workflow| world.policy.may_in(workflow)).hand_over {
        Some(roles) => world.require(&what, roles, &ask.by),
        None => Err(Refusal::not_yours(what, "whoever holds it", &[world.policy.name_of(giver)])),
    }
}

/// A party's seats aren't any member's own: they are handed over by who may hand over there, or by the role that the policy
/// names for it.
fn speaks_for(party: &PartyId, workflow: &WorkflowId, world: &World<'_>, ask: &Ask) -> Result<(), Refusal> {
    let mut roles = world.policy.may_in(workflow).hand_over.clone().unwrap_or_default();
    roles.extend(world.policy.handoffs.receivers.get(party).cloned());
    let what = format!("handing over what {party} holds on {workflow}");
    match roles.as_slice() {
        // Nobody is not everybody.
        [] => Err(Refusal::missing(format!(
            "ask an operator to name who hands over for {party}, with `hand_over` under [may] or a role of it in `receivers` under \
             [handoff]: in this policy nobody does."
        ))),
        roles => world.require(&what, roles, &ask.by),
    }
}

/// It goes to the role that the policy names for the other party, and to no single person.
fn between_parties(party: &PartyId, workflow: &WorkflowId, wanted: &Opening, world: &World<'_>) -> Result<(), Refusal> {
    let takes = wanted.to_party.as_ref().filter(|to| to.as_str() != party.as_str());
    if takes.is_some() && wanted.to.is_none() {
        return Ok(());
    }
    let others = world.policy.handoffs.receivers.keys().filter(|other| *other != party);
    let line = Verb::Offer.of(CaseKind::Handoff).with(format_args!("workflow={workflow}")).with("party=…");
    let why = format!(". What {party} holds there goes to another party as such: {}.", text::or(others));
    Err(Refusal::missing(say!["name the party that takes over, as in ", line, why]))
}

/// Where the right to hand over what another holds is needed: on each workflow that it touches, and everywhere (`None`) for a
/// role or a shift as such.
fn touched(
    scope: &Scope,
    giver: &PersonId,
    to: &Receiver,
    cases: &[Case],
    now: At,
    world: &World<'_>,
) -> Result<BTreeSet<Option<WorkflowId>>, Refusal> {
    let of_case = |id: &CaseId| cases.iter().find(|case| case.id == *id).map(|case| case.workflow.clone());
    Ok(match scope {
        Scope::Case(id) => BTreeSet::from([of_case(id)]),
        Scope::Role { workflow, .. } => BTreeSet::from([workflow.clone()]),
        Scope::Shift { .. } => BTreeSet::from([None]),
        Scope::Workflow { workflow, .. } => BTreeSet::from([Some(workflow.clone())]),
        Scope::Leaving {} => {
            let all = items(scope, giver, to, cases, now, world)?;
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

/// What a scope comes to.
struct Scoped {
    workflow: WorkflowId,
    /// The workflows whose people read of it.
    workflows: Vec<WorkflowId>,
    items: Vec<Item>,
    count: usize,
    kept: Vec<Kept>,
    brief: Brief,
    /// The restricted case that is handed over.
    restricted: Option<CaseId>,
    /// Restricted cases that go by handoffs of their own, and from whom.
    apart: Vec<(CaseId, PersonId)>,
    /// What nobody else holds, for a sentence.
    alone: Vec<String>,
}

fn in_scope(
    scope: &Scope,
    giver: &PersonId,
    to: &Receiver,
    cases: &[Case],
    ask: &Ask,
    world: &World<'_>,
) -> Result<Scoped, Refusal> {
    let items = items(scope, giver, to, cases, ask.at, world)?;
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
    let mut brief = Brief::of(&public, ask.at, world);
    let knowledge = &world.stamped.handoffs.knowledge;
    brief.knowledge = workflows.iter().filter_map(|it| knowledge.get(it)).flatten().cloned().collect();
    let alone = items.iter().filter(|item| item.only).map(|item| item.what.called()).collect();
    let kept = told.iter().flat_map(|part| part.kept()).collect();
    let count = items.len();
    Ok(Scoped { workflow, workflows, items, count, kept, brief, restricted, apart, alone })
}

/// The workflow of somebody who has nothing open: the first that their party has a part in.
fn home(person: &PersonId, world: &World<'_>) -> Result<WorkflowId, Refusal> {
    let party = world.policy.people.get(person).map(|it| &it.party);
    let workflows = &world.policy.workflows;
    let theirs = workflows.iter().find(|(_, it)| party.is_some_and(|party| it.parties.contains(party)));
    let first = theirs.or_else(|| workflows.iter().next());
    first.map(|(id, _)| id.clone()).ok_or(Refusal::Stranger)
}

/// What can be accepted or refused by itself.
fn items(
    scope: &Scope,
    giver: &PersonId,
    to: &Receiver,
    cases: &[Case],
    now: At,
    world: &World<'_>,
) -> Result<Vec<Item>, Refusal> {
    let mut all: Vec<(Handed, bool)> = Vec::new();
    match scope {
        Scope::Case(id) => {
            let case = cases.first().ok_or(Refusal::NoSuchCase(*id))?;
            let whole = Handing { in_person: true, in_roles: InRoles::Any };
            all.extend(of_case(case, &moves(case, Some(giver), to, &whole, &world.people), None));
        }
        Scope::Role { role, workflow } => {
            let people = workflow.as_ref().map_or(world.people, |workflow| world.people.on(workflow));
            if !world.policy.roles.contains_key(role) || !people.members(role).contains(&giver) {
                return Err(Refusal::missing(format!("{} doesn't hold {role}.", world.policy.name_of(giver))));
            }
            all.push(a_role(role, workflow.as_ref(), giver, world));
        }
        Scope::Shift { rota } => all.push((shift(rota, giver, to, now, world)?, false)),
        Scope::Workflow { .. } => {}
        Scope::Leaving {} => {
            let held = |role: &&RoleId| world.people.members(role).contains(&giver);
            all.extend(world.policy.roles.keys().filter(held).map(|role| a_role(role, None, giver, world)));
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
            all.extend(theirs.filter_map(|person| of_case(case, &in_person(case, person, to, world), Some(person))));
        }
    }
    let numbered = (1..).zip(all);
    Ok(numbered.map(|(number, (what, only))| Item { number, what, only }).collect())
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

fn a_role(role: &RoleId, workflow: Option<&WorkflowId>, giver: &PersonId, world: &World<'_>) -> (Handed, bool) {
    let others = world.people.members(role).into_iter().any(|member| member != giver);
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

impl Part<'_> {
    pub(super) fn kept(&self) -> impl Iterator<Item = Kept> {
        let case = self.case;
        let kept = self.moves.kept.iter().filter_map(move |number| case.obligation(*number));
        kept.map(move |owed| Kept { case: case.id, number: owed.number, duty: owed.duty })
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

/// A case is its number here: its own title isn't everybody's to read any more once it is restricted.
pub(super) fn title(scope: &Scope, restricted: bool) -> String {
    match scope {
        Scope::Case(_) if restricted => RESTRICTED.to_owned(),
        Scope::Case(id) => id.to_string(),
        Scope::Role { role, workflow: Some(workflow) } => format!("The role {role} of {workflow}"),
        Scope::Role { role, workflow: None } => format!("The role {role}"),
        Scope::Shift { rota } => format!("The shift of {rota}"),
        Scope::Leaving {} => "All that somebody holds".to_owned(),
        Scope::Workflow { workflow, party } => format!("{workflow}, from {party}"),
    }
}

/// Where it is told: in the channels of every workflow that it touches; a restricted one in a channel of its own alone.
fn homes(id: CaseId, scoped: &Scoped, world: &World<'_>) -> Result<Vec<Channel>, Refusal> {
    let own = world.workflow(&scoped.workflow)?;
    let mut homes: Vec<Channel> = Vec::new();
    if scoped.restricted.is_some() {
        for channel in &own.channels {
            if homes.iter().all(|home| home.platform != channel.platform) {
                homes.push(Channel::own(&channel.platform, id));
            }
        }
        return Ok(homes);
    }
    let all = scoped.workflows.iter().filter_map(|it| world.policy.workflows.get(it));
    for channel in own.channels.iter().chain(all.flat_map(|workflow| &workflow.channels)) {
        if !homes.contains(channel) {
            homes.push(channel.clone());
        }
    }
    Ok(homes)
}
