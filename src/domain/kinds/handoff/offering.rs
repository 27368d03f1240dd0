//! How something is offered: who may, what of it can be handed over to whom, and what the receiver is told of it.

use super::offers::offered_already;
use super::scope::{Offering, Outside, Scoped, left_alone, reach};
use super::{Event, Offered, Opening, Scope, Telling, Verb};
use crate::domain::kinds::{Began, Reach};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Receiver};
use crate::domain::policy::Channel;
use crate::domain::{
    Actor, Ask, Case, CaseId, CaseKind, Draft, Duty, Opening as Opens, PartyId, PersonId, Refusal, Ruling, Then,
    WorkflowId, World, text,
};

/// A case's title says so where only its own people may read more.
const RESTRICTED: &str = "A restricted case";

/// Offers something with the number that the desk reserved for the handoff.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn offer(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = asker(wanted, ask, world)?;
    // Asked only to see whether somebody could offer anything: everybody may offer what is theirs.
    let Some(read) = &wanted.cases else { return Ok(Ruling::nothing()) };
    let wants = reach(&wanted.scope, wanted.giver.as_ref()).resolved(&world.people);
    let cases: Vec<Case> = read.iter().filter(|case| wants.wants(case)).cloned().collect();
    if let Scope::Case(id) = &wanted.scope {
        visible(*id, &cases, &by, world)?;
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
    let offering = Offering { scope: &wanted.scope, giver: &giver, to: &to, cases: &cases, now: ask.at, world };
    // Who may not do it learns nothing of what there is.
    match &wanted.scope {
        Scope::Workflow { workflow, party } => {
            speaks_for(party, workflow, world, ask)?;
            between_parties(party, workflow, wanted, world)?;
        }
        Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} if giver == by => {}
        Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => {
            for place in offering.touched()? {
                may_hand_over(&giver, place.as_ref(), world, ask)?;
            }
        }
    }
    let scoped = offering.all_of_it()?;
    for seat in offering.seats_out_of_their_party(&scoped.items) {
        may_leave_its_party(&seat, &offering, ask)?;
    }
    let offers: Vec<&Case> = read.iter().filter(|case| Reach::Offers.wants(case)).collect();
    let twice = offered_already(&offering, &scoped.items, &offers, (&by, ask))?;
    let stay = offering.shifts_that_stay(&scoped.items, &by);
    let workflow = scoped.workflow.clone();
    let restricted = scoped.restricted.is_some();
    let scoped_items = scoped.items.clone();
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
        items: scoped_items.clone(),
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
    let telling = Telling::Offered {
        giver: giver.clone(),
        by: asked_by,
        items,
        asked: scoped.asked,
        people: people.clone(),
        due,
        reason,
    };
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
    let left = left_alone(scoped_items.iter(), &giver, &to, world);
    let left = match left.as_slice() {
        [] => String::new(),
        left => format!(". Once it is accepted {} alone", stand(left)),
    };
    let offered = format!("offered: {names} answers by {due}. Until then {stays} everything{alone}{left}");
    Ok(draft.done(say![offered, twice, stay]))
}

/// What stands on one person, for a sentence.
pub(super) fn stand(left: &[String]) -> String {
    let verb = if left.len() == 1 { "stands" } else { "stand" };
    let all = left.iter().map(|it| it.replacen(" on ", &format!(" {verb} on "), 1));
    text::list(all)
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

/// A seat is its party's. Out of it, it goes only by the word of who may hand over there: else who asks for something would come into
/// deciding on it by an agreement of two.
fn may_leave_its_party(seat: &Outside, offering: &Offering<'_>, ask: &Ask) -> Result<(), Refusal> {
    let Offering { giver, to, world, .. } = *offering;
    let Outside { role, party, workflow } = seat;
    let may = workflow.as_ref().map_or(&world.policy.may, |workflow| world.policy.may_in(workflow));
    let to_whom = match to {
        Receiver::Person(person) => world.policy.name_of(person),
        Receiver::Role(role) => role.to_string(),
    };
    let what = format!("handing {role} to {to_whom}, who isn't of {party},");
    let Some(roles) = &may.hand_over else {
        let who = "names who hands over, with `hand_over` under [may]: in this policy nobody does";
        return Err(Refusal::missing(format!("hand it to somebody of {party}, or ask an operator who {who}.")));
    };
    let Err(Refusal::NotYours { what, roles, instead }) = world.require(&what, roles, &ask.by) else { return Ok(()) };
    let mut line = Verb::Offer.of(CaseKind::Handoff).with(format_args!("role={role}"));
    if let Some(workflow) = workflow {
        line = line.with(format_args!("of={workflow}"));
    }
    if let Receiver::Person(person) = to {
        line = line.with(format_args!("to=@{person}"));
    }
    let instead = say![instead, " to type ", line.with(format_args!("from=@{giver}"))];
    Err(Refusal::NotYours { what, roles, instead })
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
