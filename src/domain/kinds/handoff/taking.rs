//! Taking over in an emergency, without the giver's word: loud, by those alone who may, and looked at by somebody else afterwards.

use super::offering::{known, title, visible};
use super::scope::Part;
use super::{Brief, Event, Handed, Item, Offered, Opening, Scope, Telling, Verb};
use crate::domain::every_case;
use crate::domain::kinds::Began;
use crate::domain::line::{Named, say};
use crate::domain::notice::To;
use crate::domain::obligation::{Holder, Receiver};
use crate::domain::policy::Channel;
use crate::domain::{
    Ask, Case, CaseId, CaseKind, Draft, Duty, PersonId, Refusal, RoleId, Ruling, Span, Then, World, text,
};

/// How long whoever looks at it has, where the policy has no target for it.
const REVIEW_WITHIN: Span = Span::days(1);
/// The seat that is taken where several people have one.
const LEAD: &str = "lead";

/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn take(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = world.asker(ask)?;
    let (Some(cases), Scope::Case(about)) = (&wanted.cases, &wanted.scope) else { return Ok(Ruling::nothing()) };
    let case = visible(*about, cases, &by, world)?;
    let roles = may_take(case, world)?;
    world.require(&format!("taking over {about}"), roles, &ask.by)?;
    let giver = match &wanted.giver {
        Some(giver) => giver.clone(),
        None => holder_of(case, &by, world)?,
    };
    known(&giver, world)?;
    if giver == by {
        return Err(Refusal::missing(format!("you hold {about} already.")));
    }
    let reason = text::text("why it can't wait", wanted.reason.as_deref().unwrap_or_default())?;
    let to = Receiver::Person(by.clone());
    let part = Part::taken(case, &giver, &to, world);
    let (goes, stays) = (part.goes(), text::list(part.stays(world)));
    if goes.is_empty() {
        return Err(nothing_to_take(&part, &stays, &giver, world));
    }
    let what = Handed::Case {
        case: case.id,
        seats: part.moves.seats.clone(),
        answers: u32::try_from(part.moves.duties.len()).unwrap_or(u32::MAX),
        of: None,
    };
    let workflow = world.workflow(&case.workflow)?;
    let homes = match case.restricted {
        true => workflow.channels.iter().take(1).map(|channel| Channel::own(&channel.platform, id)).collect(),
        false => workflow.channels.clone(),
    };
    let title = title(&wanted.scope, case.restricted);
    let taken = Offered {
        began: Began {
            by: Some(by.clone()),
            workflow: case.workflow.clone(),
            homes,
            announced: Vec::new(),
            policy: world.policy.hash.clone(),
            title,
            restricted: case.restricted,
            converted: None,
            from: None,
        },
        giver: giver.clone(),
        to: to.clone(),
        scope: wanted.scope.clone(),
        items: vec![Item { number: 1, what, only: false }],
        kept: part.kept().collect(),
        brief: Brief::default(),
        reason: Some(reason.clone()),
    };
    let first = Event::Taken(Box::new(taken)).into();
    let mut draft = Draft::begin(id, first, ask, world).expect("a handoff begins with Taken");
    let reviewer = reviewer(case, (&giver, &by), roles, world);
    let number = draft.owe_anyway(Duty::ReviewTake, None, reviewer, None, REVIEW_WITHIN);
    let hand_over = part.hand_over(id);
    draft.then(Then::Case(case.id, every_case::Command::HandOver(Box::new(hand_over)).into()));
    let (people, due) = (draft.waiting_on(number), draft.due_of(number));
    let telling = Telling::Taken {
        by: by.clone(),
        giver: giver.clone(),
        on: case.id,
        reason,
        at: ask.at,
        people: people.clone(),
        due,
    };
    let mut told: Vec<PersonId> = vec![giver.clone()];
    told.extend(people.iter().filter(|person| **person != giver && **person != by).cloned());
    draft.tell_news(&told, telling.clone(), vec![number], true);
    // The operators' channel names no restricted case.
    if !case.restricted {
        draft.tell_while(To::Operators, telling, Vec::new(), None);
    }
    let (names, due) = (world.names(&people), world.moment(due, ask));
    let (name, goes) = (world.policy.name_of(&giver), text::list(goes.iter()));
    let stays = match stays.is_empty() {
        true => String::new(),
        false => format!(" With {name} stays what you may not answer: {stays}."),
    };
    Ok(draft.done(format!(
        "{about} is yours: you took it over from {name}, who hears of it: {goes}.{stays} {names} reviews that by {due}"
    )))
}

/// What its holder has of it stays theirs, or is the taker's as well.
fn nothing_to_take(part: &Part<'_>, stays: &str, giver: &PersonId, world: &World<'_>) -> Refusal {
    let (about, name) = (part.case.id, world.policy.name_of(giver));
    if stays.is_empty() {
        return Refusal::missing(format!(
            "{name} holds nothing of {about} that you could take over: what you hold as well, you answer without."
        ));
    }
    let seat = Verb::Offer.of(CaseKind::Handoff).with("role=…").with(format_args!("of={}", part.case.workflow));
    Refusal::missing(say![
        format!(
            "ask who may answer: with {name} stays what you may not answer, {stays}. Whoever has such a seat hands it on with "
        ),
        seat.with("to=@…"),
        "."
    ])
}

/// Who says whether that was right: neither of the two, where anybody else may. First whoever the policy names, then the next role of
/// the ladder, then whoever else may take over.
fn reviewer(case: &Case, (giver, taker): (&PersonId, &PersonId), roles: &[RoleId], world: &World<'_>) -> Holder {
    let others = [giver.clone(), taker.clone()];
    // Only its own people may learn of a restricted case.
    if !case.restricted {
        let target = world.stamped.target(Duty::ReviewTake, &case.workflow, None);
        let ladder = target.and_then(|target| world.stamped.ladders.get(&target.terms.ladder));
        let named = target.and_then(|target| target.holder.as_ref());
        let above = ladder.into_iter().flat_map(|ladder| &ladder.escalate).map(|rung| &rung.tell);
        let one_by_one = named.into_iter().chain(above).map(|role| vec![role.clone()]);
        let mut all = one_by_one.chain([roles.to_vec()]).map(Holder::Roles);
        let people = world.people.on(&case.workflow);
        if let Some(holder) = all.find(|holder| !people.holders(holder, &others).is_empty()) {
            return holder;
        }
    }
    let company = case.company(&world.people);
    let another = company.into_iter().find(|it| !others.contains(it) && world.policy.people.contains_key(it));
    Holder::Person(another.unwrap_or_else(|| giver.clone()))
}

/// Who may take over; the policy has to name them.
fn may_take<'w>(case: &Case, world: &World<'w>) -> Result<&'w [RoleId], Refusal> {
    let may = world.policy.may_in(&case.workflow);
    may.take_over.as_deref().ok_or_else(|| {
        Refusal::missing(
            "ask an operator to name who may take over, with `take_over` under [may]: in this policy nobody may.",
        )
    })
}

/// Whom it is taken from: whoever leads it, or the one person who has a seat in it.
fn holder_of(case: &Case, by: &PersonId, world: &World<'_>) -> Result<PersonId, Refusal> {
    let seated = world.policy.people.keys().filter(|person| *person != by);
    let seated: Vec<(&PersonId, Vec<_>)> =
        seated.map(|person| (person, case.seats_of(person))).filter(|(_, seats)| !seats.is_empty()).collect();
    let leads = seated.iter().find(|(_, seats)| seats.iter().any(|seat| seat.as_str() == LEAD));
    match (leads, seated.as_slice()) {
        (Some((person, _)), _) | (None, [(person, _)]) => Ok((*person).clone()),
        (None, _) => Err(Refusal::missing(format!("name from whom you take {} over, with `from=@…`.", case.id))),
    }
}
