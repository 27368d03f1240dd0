//! How a receiver answers: everything that they don't refuse moves at one moment. What they say back shows whether it was
//! understood, and is no exam: a wrong answer moves it all the same, and both see what is so.

use std::collections::BTreeSet;

use super::brief::next_rung;
use super::ending::one_item;
use super::offering::{Part, parts};
use super::{Accepting, Event, Handed, Handoff, HandoffState, Item, SaidBack, Scope, Standing, Telling, Verb};
use crate::domain::bot::handed::HandedSeat;
use crate::domain::every_case;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder, Obligation, Receiver, State, Terms};
use crate::domain::people::Seat;
use crate::domain::scene::Scene;
use crate::domain::{
    At, BotCommand, Case, CaseId, Draft, Duty, Label, PersonId, Refusal, RoleId, Ruling, Span, Then, WorkflowId, World,
    text,
};

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
        let (held, gone): (Vec<&Item>, Vec<&Item>) =
            self.open_items().partition(|item| !asked_for_real || self.is_held(&item.what, cases, scene));
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
                format!("{} holds none of it any more. ", scene.name(&self.giver)),
                Verb::Decline.on(scene.case.id).with("…"),
                " ends it."
            ]));
        }
        // A restricted case is named nowhere but among its own people.
        let told: Vec<&Part<'_>> = parts.iter().filter(|part| !part.case.restricted).collect();
        let questions = Questions::of(&told, &held, world);
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
        // Where nothing was said back, nothing waits for anybody's word that it was understood.
        let answers_for = self.stays_reachable(scene.case).clone();
        let reachable = reachable_until.filter(|_| !said_back.is_empty()).map(|until| {
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
        let moved = |part: &&&Part<'_>| !part.moves.duties.is_empty() || !part.moves.seats.is_empty();
        let moved: BTreeSet<CaseId> = told.iter().filter(moved).map(|part| part.case.id).collect();
        let refused = self.standing.values().filter(|it| matches!(it, Standing::Refused { .. })).count();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let telling = Telling::Moved {
            giver: self.giver.clone(),
            to: self.to.clone(),
            by: by.clone(),
            at: scene.ask.at,
            cases: count(moved.len()),
            answers: count(told.iter().map(|part| part.moves.duties.len()).sum()),
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
        let stays = match kept.as_slice() {
            [] => String::new(),
            kept => {
                let kept = kept.iter().map(|it| format!("“{}” on {}", it.duty.noun(), it.case));
                format!(". With {} stays what you may not answer: {}", scene.name(&self.giver), text::list(kept))
            }
        };
        let gone = match gone.as_slice() {
            [] => String::new(),
            gone => {
                let gone = gone.iter().map(|item| self.called(scene, &item.what));
                format!(
                    ". What {} doesn't hold any more doesn't go along: {}",
                    scene.name(&self.giver),
                    text::list(gone)
                )
            }
        };
        let it = match (&self.scope, scene.case.restricted) {
            (Scope::Case(case), true) => case.to_string(),
            (_, _) => "it".to_owned(),
        };
        Ok(draft.done(format!("{it} is yours from now on, with its clocks running{until}{stays}{gone}{wrong}")))
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

    pub(super) fn refuse(&self, scene: &Scene<'_>, number: u32, reason: &str) -> Result<Ruling, Refusal> {
        let by = receiver(scene)?.person;
        let item = self.open_items().find(|item| item.number == number).ok_or_else(|| {
            let open = text::or(self.open_items().map(|item| format!("{} ({})", item.number, item.what.called())));
            Refusal::missing(format!("name an item that is offered: {open}."))
        })?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::ItemRefused { by: by.clone(), item: number, reason: reason.clone() });
        let what = self.called(scene, &item.what);
        if self.open_items().count() == 1 {
            draft.meet(|it| it.duty == Duty::AcceptHandoff);
        }
        let about = About::named(one_item(number));
        self.find_a_place(&mut draft, about, (Some(number), Some(what.clone())), by, reason);
        Ok(draft.done(format!("{what} stays with {}", scene.name(&self.giver))))
    }

    /// What an item is called where everybody who sees the handoff reads it.
    fn called(&self, scene: &Scene<'_>, what: &Handed) -> String {
        match scene.case.restricted {
            true => "the case".to_owned(),
            false => what.called(),
        }
    }

    pub(super) fn decline(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = receiver(scene)?.person;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Declined { by: by.clone(), reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AcceptHandoff);
        self.find_a_place(&mut draft, About::named("all of it"), (None, None), by, reason);
        Ok(draft.done(format!("declined: all of it stays with {}", scene.name(&self.giver))))
    }

    /// What is refused stays with its giver, and climbs: somebody says what becomes of it.
    fn find_a_place(
        &self,
        draft: &mut Draft<'_>,
        about: About,
        (item, what): (Option<u32>, Option<String>),
        by: PersonId,
        reason: String,
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
        draft.tell_news(&told, Telling::Refused { by, giver, item, what, reason, people, due }, vec![number], false);
    }

    /// By whoever offered it, its giver, or who may hand over what others hold.
    pub(super) fn withdraw(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
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
        Ok(draft.done(format!("withdrawn; {} goes on holding all of it", scene.name(&self.giver))))
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

/// What the ledger can check of what a receiver says back.
struct Questions {
    /// The cases on which a clock runs out first.
    first: Vec<CaseId>,
    next: Option<RoleId>,
    /// The workflows of it that a law forbids altering now, as far as everybody may know.
    unaltered: Vec<WorkflowId>,
}

impl Questions {
    fn of(told: &[&Part<'_>], held: &[&Item], world: &World<'_>) -> Questions {
        let running = |part: &&&Part<'_>| -> Option<(At, CaseId, Option<RoleId>)> {
            let case: &Case = part.case;
            let owed = part.moves.of(case).filter(|it| matches!(it.state(), State::Owed | State::Late));
            let first: &Obligation = owed.min_by_key(|it| it.terms.due)?;
            Some((first.terms.due, case.id, next_rung(first).map(|rung| rung.to)))
        };
        let mut all: Vec<_> = told.iter().filter_map(|part| running(&part)).collect();
        all.sort();
        let due = all.first().map(|(due, ..)| *due);
        let mut first: Vec<CaseId> = all.iter().filter(|(at, ..)| Some(*at) == due).map(|(_, case, _)| *case).collect();
        first.dedup();
        // Where several run out at once, who hears next isn't one answer.
        let next = all.first().and_then(|(.., next)| next.clone()).filter(|_| first.len() == 1);
        let of_roles = held.iter().filter_map(|item| match &item.what {
            Handed::Role { workflow, .. } => workflow.as_ref(),
            Handed::Case { .. } | Handed::Shift { .. } => None,
        });
        let workflows: BTreeSet<&WorkflowId> = told.iter().map(|part| &part.case.workflow).chain(of_roles).collect();
        let forbidden = |workflow: &&WorkflowId| !world.releases.forbidding(workflow).named().is_empty();
        let unaltered = workflows.into_iter().filter(forbidden).cloned().collect();
        Questions { first, next, unaltered }
    }

    fn answered(&self, accepting: &Accepting, handoff: CaseId) -> Result<Vec<SaidBack>, Refusal> {
        let mut answers = Vec::new();
        if let Some(first) = self.first.first() {
            let answer = accepting.first.ok_or_else(|| self.ask(handoff))?;
            let so = if self.first.contains(&answer) { answer } else { *first };
            answers.push(SaidBack::First { answer, so });
        }
        if let Some(so) = &self.next {
            let answer = accepting.next.clone().ok_or_else(|| self.ask(handoff))?;
            answers.push(SaidBack::Next { answer, so: so.clone() });
        }
        if let Some(first) = self.unaltered.first() {
            let answer = accepting.unaltered.clone().ok_or_else(|| self.ask(handoff))?;
            let so = if self.unaltered.contains(&answer) { answer.clone() } else { first.clone() };
            answers.push(SaidBack::Unaltered { answer, so });
        }
        Ok(answers)
    }

    fn ask(&self, handoff: CaseId) -> Refusal {
        let asked = [
            (!self.first.is_empty(), "first=…", "on which case a clock runs out first"),
            (self.next.is_some(), "next=…", "which role hears next if no answer comes there"),
            (!self.unaltered.is_empty(), "unaltered=…", "which workflow a law forbids altering now"),
        ];
        let asked = || asked.iter().filter(|(is_asked, ..)| *is_asked);
        let line = asked().fold(Verb::Accept.on(handoff), |line, (_, option, _)| line.with(option));
        let what = text::list(asked().map(|(.., what)| what));
        Refusal::missing(say![format!("say back {what}: "), line, ". ", Verb::Briefing.on(handoff), " says so."])
    }
}
