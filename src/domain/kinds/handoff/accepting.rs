//! How a receiver answers: everything that they don't refuse moves at one moment. What they say back shows whether it was
//! understood, and is no exam: a wrong answer moves it all the same, and both see what is so.

use std::collections::BTreeSet;

use super::ending::one_item;
use super::held::Gone;
use super::offering::stand;
use super::questions::Questions;
use super::scope::{Part, left_alone, parts};
use super::{Accepting, Event, Handed, Handoff, HandoffState, Item, Late, Scope, Standing, Telling, Verb};
use crate::domain::bot::handed::HandedSeat;
use crate::domain::every_case;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder, Receiver, Terms};
use crate::domain::people::Seat;
use crate::domain::scene::Scene;
use crate::domain::{BotCommand, Case, CaseId, Draft, Duty, Label, PersonId, Refusal, Ruling, Span, Then, text};

/// How long whoever finds a place for what was refused has, where the policy has no target for it.
const PLACE_WITHIN: Span = Span::hours(8);

impl Handoff {
    pub(super) fn accept(&self, scene: &Scene<'_>, accepting: &Accepting) -> Result<Ruling, Refusal> {
        let seat = receiver(scene)?;
        let by = seat.person.clone();
        let condition = accepting.condition.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let condition = condition.map(|it| text::text("the condition", it)).transpose()?;
        let world = scene.world;
        let cases = accepting.cases.as_deref().unwrap_or_default();
        let asked_for_real = accepting.cases.is_some();
        // What went to others meanwhile isn't the giver's to hand over any more.
        let gone = self.gone(self.open_items(), accepting.cases.as_deref(), scene);
        let held: Vec<&Item> = self.open_items().filter(|item| !gone.items.contains(&item.number)).collect();
        let items: Vec<u32> = held.iter().map(|item| item.number).collect();
        // What a role receives in person, such as a seat, is whoever's who accepts for it.
        let in_person = match &self.to {
            Receiver::Person(_) => self.to.clone(),
            Receiver::Role(_) => Receiver::Person(by.clone()),
        };
        let parts = parts(&self.scope, self.from(), (&self.to, &in_person), &self.items, &items, cases, world);
        if let (true, Some(item)) = (self.is_between_parties(), self.unproven().next()) {
            return Err(self.not_shown(scene, item));
        }
        if held.is_empty() {
            return Err(Refusal::missing(say![
                format!("{} holds none of it any more: {}. ", scene.name(&self.giver), gone.with),
                Verb::Decline.on(scene.case.id).with("…"),
                " ends it."
            ]));
        }
        let moves = |part: &Part<'_>| !part.moves.duties.is_empty() || !part.moves.seats.is_empty();
        let is_seat = |item: &&Item| !matches!(item.what, Handed::Case { .. });
        if asked_for_real && !parts.iter().any(moves) && !held.iter().any(is_seat) {
            return Err(self.nothing_is_theirs(scene));
        }
        // A restricted case is named nowhere but among its own people.
        let told: Vec<&Part<'_>> = parts.iter().filter(|part| !part.case.restricted).collect();
        let questions = Questions::of(&told, held.iter().copied(), world);
        let unasked = if asked_for_real { questions.unasked(accepting) } else { String::new() };
        let said_back = if asked_for_real { questions.answered(accepting, scene.case.id)? } else { Vec::new() };
        let wrong = said_back.iter().filter(|it| !it.is_right()).count();
        let kept: Vec<_> = told.iter().flat_map(|part| part.kept()).collect();
        let after = world.stamped.handoffs.reachable_after;
        let reachable_until = (after > Span::ZERO).then_some(scene.ask.at + after);

        let mut draft = scene.draft();
        draft.push(Event::Accepted {
            by: by.clone(),
            stands_in_for: seat.stands_in_for,
            items: items.clone(),
            said_back: said_back.clone(),
            kept: kept.clone(),
            text: condition.clone(),
            reachable_until,
        });
        draft.meet(|it| it.duty == Duty::AcceptHandoff);
        // Where nothing was said back, nothing waits for anybody's word that it was understood; and where all of it is so, for nobody's who
        // stays reachable in the giver's place.
        let answers_for = self.stays_reachable(scene.case).clone();
        let waits = wrong > 0 || (!said_back.is_empty() && answers_for == self.giver);
        let reachable = reachable_until.filter(|_| waits).map(|until| {
            let terms = world.stamped.target(Duty::StayReachable, &scene.case.workflow, None);
            let terms = match terms {
                Some(target) => Terms::promised(&target.terms, until, scene.ask.at, world.stamped),
                None => Terms::until(until, scene.ask.at),
            };
            draft.owe(Duty::StayReachable, Holder::Person(answers_for.clone()), terms, None)
        });
        for part in &parts {
            let hand_over = part.hand_over(scene.case.id);
            draft.then(Then::Case(part.case.id, every_case::Command::HandOver(Box::new(hand_over)).into()));
        }
        self.hand_seats(&mut draft, &items, scene);
        let moved: BTreeSet<CaseId> = told.iter().filter(|part| moves(part)).map(|part| part.case.id).collect();
        let mut late: Vec<_> = told.iter().flat_map(|part| part.late()).collect();
        late.sort();
        let late_answers = late.len();
        let mut late: Vec<Late> = late.into_iter().map(|(_, it)| it).collect();
        late.dedup();
        let refused = self.standing.values().filter(|it| matches!(it, Standing::Refused { .. })).count();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let telling = Telling::Moved {
            giver: self.giver.clone(),
            to: self.to.clone(),
            by: by.clone(),
            at: scene.ask.at,
            cases: count(moved.len()),
            answers: count(told.iter().map(|part| part.moves.duties.len()).sum()),
            late: late.clone(),
            stays: count(refused + kept.len()),
            text: condition,
            reachable_until,
            who: Some(answers_for.clone()).filter(|who| *who != self.giver),
        };
        let people = concerned(&told, &by, scene, &self.giver);
        draft.tell_case_and(&people, telling, Vec::new(), false);
        if let Some(number) = reachable {
            let (giver, said, due) = (answers_for.clone(), said_back, draft.due_of(number));
            let telling = Telling::SaidBack { by: by.clone(), giver: giver.clone(), said, wrong: count(wrong), due };
            draft.tell_case_and(&[giver, by], telling, vec![number], false);
        }
        let until = reachable_until.map_or_else(String::new, |until| {
            format!(". {} stays reachable until {}", scene.name(&answers_for), scene.moment(until))
        });
        let wrong = match wrong {
            0 => "",
            _ => ". Not all of what you said back is so: the message to you both says what is",
        };
        let named = |duty: Duty, case: CaseId| format!("{} on {case}", duty.the());
        let stays = text::list(told.iter().flat_map(|part| part.stays(world)));
        let stays = match stays.is_empty() {
            true => String::new(),
            false => format!(". With {} stays what you may not answer: {stays}", scene.name(&self.giver)),
        };
        let late = match late.as_slice() {
            [] => String::new(),
            late => {
                let all = text::list(late.iter().map(|it| named(it.duty, it.case)));
                match late_answers {
                    1 => format!(". One answer is late already: {all}"),
                    several => format!(". {several} answers are late already: {all}"),
                }
            }
        };
        let gone = match gone.items.as_slice() {
            [] => String::new(),
            _ => {
                format!(". What {} doesn't hold any more doesn't go along: {}", scene.name(&self.giver), gone.with)
            }
        };
        let it = match (&self.scope, scene.case.restricted) {
            (Scope::Case(case), true) => case.to_string(),
            (_, _) => "it".to_owned(),
        };
        let alone = match (&self.scope, left_alone(held.iter().copied(), &self.giver, &self.to, world).as_slice()) {
            (Scope::Workflow { .. }, _) | (_, []) => String::new(),
            (Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {}, left) => {
                format!(". From now on {} alone", stand(left))
            }
        };
        Ok(draft.done(format!(
            "{it} is yours from now on, with its clocks running{late}{until}{stays}{alone}{gone}{wrong}{unasked}"
        )))
    }

    /// Seats of roles and shifts, which are the bot's to keep.
    fn hand_seats(&self, draft: &mut Draft<'_>, items: &[u32], scene: &Scene<'_>) {
        let mut seats: Vec<HandedSeat> = Vec::new();
        let handoff = scene.case.id;
        for item in self.items.iter().filter(|item| items.contains(&item.number)) {
            match (&item.what, &self.to) {
                (Handed::Role { role, workflow }, to) => seats.push(HandedSeat {
                    role: role.clone(),
                    workflow: workflow.clone(),
                    from: self.from().cloned(),
                    to: to.clone(),
                    handoff,
                }),
                (Handed::Shift { rota, starts, ends }, Receiver::Person(person)) => {
                    let Some((starts, ends)) = self.left_of(rota, (*starts, *ends), scene) else { continue };
                    draft.then(Then::Bot(BotCommand::HandShift {
                        rota: rota.clone(),
                        person: person.clone(),
                        by: self.giver.clone(),
                        starts,
                        ends,
                        handoff,
                    }));
                }
                (Handed::Shift { .. }, Receiver::Role(_)) | (Handed::Case { .. }, _) => {}
            }
        }
        if !seats.is_empty() {
            draft.then(Then::Bot(BotCommand::HandSeats { seats }));
        }
    }

    pub(super) fn refuse(
        &self,
        scene: &Scene<'_>,
        number: u32,
        reason: &str,
        cases: Option<&[Case]>,
    ) -> Result<Ruling, Refusal> {
        let by = receiver(scene)?.person;
        let item = self.open_items().find(|item| item.number == number).ok_or_else(|| {
            let open = text::or(self.open_items().map(|item| format!("{} ({})", item.number, item.what.called())));
            Refusal::missing(format!("name an item that is offered: {open}."))
        })?;
        let reason = text::text("the reason", reason)?;
        let gone = self.gone(std::iter::once(item), cases, scene);
        let mut draft = scene.draft();
        draft.push(Event::ItemRefused { by: by.clone(), item: number, reason: reason.clone() });
        let what = self.called(scene, &item.what);
        if self.open_items().count() == 1 {
            draft.meet(|it| it.duty == Duty::AcceptHandoff);
        }
        let item = (Some(number), Some(what.clone()));
        if gone.all {
            let answer = format!("refused; {}", gone.with);
            self.tell_gone(&mut draft, item, by, reason, gone);
            return Ok(draft.done(answer));
        }
        self.find_a_place(&mut draft, About::named(one_item(number)), item, (by, reason), Vec::new());
        Ok(draft.done(format!("{what} stays with {}", scene.name(&self.giver))))
    }

    /// What an item is called where everybody who sees the handoff reads it.
    pub(super) fn called(&self, scene: &Scene<'_>, what: &Handed) -> String {
        match scene.case.restricted {
            true => "the case".to_owned(),
            false => what.called(),
        }
    }

    pub(super) fn decline(&self, scene: &Scene<'_>, reason: &str, cases: Option<&[Case]>) -> Result<Ruling, Refusal> {
        let by = receiver(scene)?.person;
        let reason = text::text("the reason", reason)?;
        let gone = self.gone(self.open_items(), cases, scene);
        let name = scene.name(&self.giver);
        let mut draft = scene.draft();
        draft.push(Event::Declined { by: by.clone(), reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AcceptHandoff);
        if gone.all {
            let answer = format!("declined; {name} holds none of it any more: {}", gone.with);
            self.tell_gone(&mut draft, (None, None), by, reason, gone);
            return Ok(draft.done(answer));
        }
        self.find_a_place(&mut draft, About::named("all of it"), (None, None), (by, reason), gone.held_by);
        Ok(draft.done(match gone.items.as_slice() {
            [] => format!("declined: all of it stays with {name}"),
            _ => format!("declined: it stays with {name}, but {}", gone.with),
        }))
    }

    /// What isn't its giver's any more needs no place: who has it has one.
    fn tell_gone(
        &self,
        draft: &mut Draft<'_>,
        (item, what): (Option<u32>, Option<String>),
        by: PersonId,
        reason: String,
        gone: Gone,
    ) {
        let (giver, held_by) = (self.giver.clone(), gone.held_by);
        let (people, due, gone) = (Vec::new(), None, true);
        let told = [self.giver.clone()];
        let telling = Telling::Refused { by, giver, item, what, reason, gone, held_by, people, due };
        draft.tell_case_and(&told, telling, Vec::new(), false);
    }

    /// Nothing that its giver holds still may be the receiver's.
    fn nothing_is_theirs(&self, scene: &Scene<'_>) -> Refusal {
        let name = scene.name(&self.giver);
        Refusal::missing(say![
            format!("nothing of it would be yours: what {name} holds of it still, you may not answer. "),
            Verb::Decline.on(scene.case.id).with("…"),
            format!(" leaves it with {name}.")
        ])
    }

    /// What is refused stays with its giver, and climbs: somebody says what becomes of it. `held_by` have a part of it by now.
    fn find_a_place(
        &self,
        draft: &mut Draft<'_>,
        about: About,
        (item, what): (Option<u32>, Option<String>),
        (by, reason): (PersonId, String),
        held_by: Vec<PersonId>,
    ) {
        // Nobody else may learn of a restricted case by having to find a place for it.
        let by_policy = match draft.case.restricted {
            true => None,
            false => draft.owe_by_policy(Duty::PlaceRefused, None, None, Some(about.clone())),
        };
        let number = by_policy.unwrap_or_else(|| {
            let holder = Holder::Person(self.giver.clone());
            draft.owe_anyway(Duty::PlaceRefused, None, holder, Some(about), PLACE_WITHIN)
        });
        let (people, due) = (draft.waiting_on(number), Some(draft.due_of(number)));
        let mut told = people.clone();
        told.extend(Some(self.giver.clone()).filter(|giver| !people.contains(giver)));
        let giver = self.giver.clone();
        let gone = false;
        let telling = Telling::Refused { by, giver, item, what, reason, gone, held_by, people, due };
        draft.tell_news(&told, telling, vec![number], false);
    }

    /// By whoever offered it, its giver, or who may hand over what others hold.
    pub(super) fn withdraw(&self, scene: &Scene<'_>, reason: &str, cases: Option<&[Case]>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if by != self.giver && scene.case.opened_by.as_ref() != Some(&by) {
            let what = "withdrawing somebody else's handoff";
            match &scene.may().hand_over {
                Some(roles) => scene.require(what, roles)?,
                None => {
                    let who = [scene.name(&self.giver)];
                    return Err(Refusal::not_yours(what, "whoever hands it over", &who));
                }
            }
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        let people: Vec<PersonId> =
            scene.case.owed(Duty::AcceptHandoff).map(|owed| scene.waiting_on(owed)).unwrap_or_default();
        draft.push(Event::Withdrawn { by: by.clone(), reason: reason.clone() });
        draft.void("it was withdrawn", |_| true);
        let state = Label::from(HandoffState::Withdrawn.word());
        let telling = Telling::Over { state, by, item: None, reason: Some(reason) };
        draft.tell_case_and(&people, telling, Vec::new(), false);
        let (name, gone) = (scene.name(&self.giver), self.gone(self.open_items(), cases, scene));
        Ok(draft.done(match gone.items.as_slice() {
            [] => format!("withdrawn; {name} goes on holding all of it"),
            _ if gone.all => format!("withdrawn; {name} holds none of it any more: {}", gone.with),
            _ => format!("withdrawn; {name} goes on holding it, but {}", gone.with),
        }))
    }
}

/// Whose answer it is: the receiver's, or that of whoever stands in for them. Whoever the ladder has called in may press for one; to
/// accept, to refuse and to know what is handed over is the receiver's.
pub(super) fn receiver(scene: &Scene<'_>) -> Result<Seat, Refusal> {
    let by = scene.asker()?;
    let owed = scene.owed(Duty::AcceptHandoff)?;
    let people = scene.case.waiting_on(owed, &scene.world.people);
    people.into_iter().find(|seat| seat.person == by).ok_or_else(|| scene.not_yours(owed))
}

/// Everybody who holds something of it, or waits for it, beside the two of them; each hears once.
fn concerned(told: &[&Part<'_>], by: &PersonId, scene: &Scene<'_>, giver: &PersonId) -> Vec<PersonId> {
    let mut people: Vec<PersonId> = vec![giver.clone()];
    let mut add = |person: &PersonId| {
        if person != by && !people.contains(person) && scene.world.policy.people.contains_key(person) {
            people.push(person.clone());
        }
    };
    for part in told {
        part.case.opened_by.iter().for_each(&mut add);
        for owed in part.moves.of(part.case) {
            part.case.waiting_on(owed, &scene.world.people).iter().for_each(|seat| add(&seat.person));
        }
    }
    people
}
