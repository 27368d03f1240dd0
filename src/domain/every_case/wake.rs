//! Passing time: what it does to the obligations of a case, and the one message that says so.

use super::Telling;
use crate::domain::kinds;
use crate::domain::notice::{ClockItem, Notice, To};
use crate::domain::obligation::{Attribution, Change, Holder, Obligation, Passed, Wants};
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{Draft, PersonId, RoleId, Ruling, bot};

/// What passing time did to one obligation, for the case's kind to draw its conclusions from.
pub enum TimePassed {
    /// Steps of the ladder passed. `before` is the obligation as it was.
    Steps { before: Box<Obligation>, passed: Passed },
    /// An acknowledgement expired.
    Expired(Box<Obligation>),
}

/// The case wanted to be woken, and the moment has come. One message for everything that fell due: after downtime, one
/// true thing instead of several stale ones.
pub fn wake(scene: &Scene<'_>) -> Ruling {
    let (case, at) = (scene.case, scene.ask.at);
    let mut draft = scene.draft();
    move_to_present_holders(&mut draft);
    let mut passed: Vec<TimePassed> = Vec::new();
    for number in case.obligations.iter().map(|it| it.number) {
        let Some(obligation) = draft.case.obligation(number).cloned() else { continue };
        match obligation.next() {
            Some((due, Wants::Step)) if due <= at => {
                let attributed = || attribution(scene, &obligation);
                let Some(steps) = obligation.step(at, attributed) else { continue };
                draft.change(number, steps.clone().change());
                passed.push(TimePassed::Steps { before: Box::new(obligation), passed: steps });
            }
            Some((due, Wants::Resume)) if due <= at => {
                let under = obligation.under();
                draft.end_pause(number);
                let due = draft.case.obligation(number).map_or(at, |it| it.terms.due);
                // Where the bot was down meanwhile and a step has passed since, the next wake tells that, and only that.
                if draft.case.obligation(number).and_then(Obligation::next).is_none_or(|(next, _)| next > at) {
                    let people = draft.waiting_on(number);
                    let telling = Telling::Resumed { duty: obligation.duty, by: None, due, under };
                    draft.tell_case_and(&people, telling, vec![number], obligation.terms.urgent);
                }
            }
            Some((due, Wants::AskStillWorking)) if due <= at => {
                passed.push(TimePassed::Expired(Box::new(obligation)));
            }
            Some(_) | None => {}
        }
    }
    kinds::time_passed(&mut draft, &passed);
    let items = passed.into_iter().filter_map(|it| match it {
        TimePassed::Steps { before, passed } => item(&draft, before.number, passed),
        TimePassed::Expired(_) => None,
    });
    let items = items.collect();
    tell_clock(&mut draft, items);
    draft.ruling
}

/// One message to the case's thread, and one to each person with what concerns them. An obligation that the same wake
/// closed (a lapse) has no item any more.
fn tell_clock(draft: &mut Draft<'_>, mut items: Vec<ClockItem>) {
    items.retain(|item| draft.case.obligation(item.number).is_some_and(Obligation::is_open));
    if items.is_empty() {
        return;
    }
    // The gravest first; among equals the one due first.
    items.sort_by_key(|item| (item.passed.breach.is_none(), item.passed.called.is_empty(), item.due));
    let numbers = |items: &[ClockItem]| items.iter().map(|item| item.number).collect::<Vec<_>>();
    draft.tell_while(To::Case, Telling::Clock { items: items.clone() }, numbers(&items), None);
    let mut people: Vec<PersonId> = Vec::new();
    let hearers: Vec<Vec<PersonId>> = items.iter().map(|item| hearers(draft, item)).collect();
    for person in hearers.iter().flatten() {
        if !people.contains(person) {
            people.push(person.clone());
        }
    }
    for person in people {
        let theirs = items.iter().zip(&hearers).filter(|(_, hearers)| hearers.contains(&person));
        let theirs: Vec<ClockItem> = theirs.map(|(item, _)| item.clone()).collect();
        let urgent = theirs.iter().any(|item| draft.case.obligation(item.number).is_some_and(|it| it.terms.urgent));
        let while_owed = numbers(&theirs);
        if draft.case.is_put_off(&person, while_owed.iter().copied(), draft.at) {
            continue;
        }
        draft.tell_person(&person, Telling::Clock { items: theirs }, while_owed, urgent);
    }
}

/// Whose answer is awaited, and who was called in just now; at a repetition the last role called in hears again.
fn hearers(draft: &Draft<'_>, item: &ClockItem) -> Vec<PersonId> {
    let mut hearers: Vec<PersonId> = item.waiting_on.iter().chain(&item.called_people).cloned().collect();
    if item.passed.repeat.is_some()
        && let Some(obligation) = draft.case.obligation(item.number)
    {
        let last: Vec<RoleId> = obligation.called().last().cloned().into_iter().collect();
        hearers.extend(persons(draft.world.people.called(&last, &draft.case.excluded(obligation))));
    }
    hearers
}

pub(super) fn item(draft: &Draft<'_>, number: u32, passed: Passed) -> Option<ClockItem> {
    let obligation = draft.case.obligation(number)?;
    let called_people = persons(draft.world.people.called(&passed.called, &draft.case.excluded(obligation)));
    Some(ClockItem {
        number,
        duty: obligation.duty,
        about: obligation.about.clone(),
        holder: obligation.holder.clone(),
        waiting_on: draft.waiting_on(number),
        due: obligation.terms.due,
        now: draft.at,
        have: obligation.have(),
        need: obligation.terms.quorum,
        passed,
        called_people,
        revision: draft.case.bound_to(obligation.duty),
    })
}

/// Who holds a role may have changed since people were told: a delegation began or ended, or the policy's members changed.
fn move_to_present_holders(draft: &mut Draft<'_>) {
    let open: Vec<Obligation> = draft.case.open_obligations().cloned().collect();
    for obligation in open {
        let now = persons(draft.case.holders(&obligation, &draft.world.people));
        if now == obligation.held_by {
            continue;
        }
        // Who keeps a seat that has answered already has nothing to do there.
        let mut joined = draft.waiting_on(obligation.number);
        joined.retain(|it| !obligation.held_by.contains(it));
        let delegations = draft.world.people.delegations_of(&obligation.holder);
        draft.change(
            obligation.number,
            Change::Moved { from: obligation.held_by.clone(), to: now.clone(), delegations },
        );
        if draft.waiting_on(obligation.number).is_empty() {
            tell_that_nobody_is_left(draft, &obligation);
        }
        if joined.is_empty() {
            continue;
        }
        let telling = Telling::Moved {
            duty: obligation.duty,
            about: obligation.about.clone(),
            due: obligation.terms.due,
            from: obligation.held_by.iter().filter(|it| !now.contains(it)).cloned().collect(),
            to: joined.clone(),
            revision: draft.case.bound_to(obligation.duty),
        };
        // Whoever's shift begins hears of all that they take over at once.
        let people = draft.world.people;
        joined.retain(|it| !people.begins_a_shift(&obligation.holder, it));
        draft.tell_case_and(&joined, telling, vec![obligation.number], obligation.terms.urgent);
    }
}

/// Nobody is nudged any more, so the operators hear of it: they can give the role somebody. A restricted case isn't named there.
fn tell_that_nobody_is_left(draft: &mut Draft<'_>, obligation: &Obligation) {
    let (case, duty) = (draft.case.id, obligation.duty);
    let owed_by = match &obligation.holder {
        holder @ Holder::Roles(_) => holder.role().map_or_else(|| "its role".to_owned(), RoleId::to_string),
        Holder::Person(person) => draft.world.names(std::slice::from_ref(person)),
    };
    let text = match draft.case.restricted {
        true => "A restricted case waits on nobody: nobody is left who may answer. Its people see which one it is."
            .to_owned(),
        false => format!(
            "Name somebody in the policy: {case} waits on nobody. Nobody is left who may give {duty} that {owed_by} owes. The clock runs on.",
            duty = duty.the()
        ),
    };
    let telling = bot::Telling::Sentence { text: text.into() }.into();
    let nobody_left =
        Notice { to: To::Operators, about: None, telling, while_owed: Vec::new(), is_news: false, not_before: None };
    draft.ruling.notices.push(nobody_left);
}

/// Whose slowness a missed deadline is, until somebody contests it.
fn attribution(scene: &Scene<'_>, obligation: &Obligation) -> Attribution {
    let policy = scene.world.policy;
    if let Some(attribution) = scene.case.body.attributed(obligation, scene) {
        return attribution;
    }
    let party = match &obligation.holder {
        holder @ Holder::Roles(_) => holder.role().and_then(|role| policy.roles.get(role)).map(|role| &role.party),
        Holder::Person(person) => policy.people.get(person).map(|person| &person.party),
    };
    party.cloned().map_or(Attribution::ThirdParty, Attribution::Holder)
}
