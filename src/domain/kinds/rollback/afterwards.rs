//! What is left once the steps are over: whoever is downstream confirms, what is in flight, the look-back at what the bad version
//! decided, the source of truth. Only when all of it is answered can anybody confirm, and say what it came to.

use super::running::ask;
use super::{Event, Flight, Outcome, Rollback, RollbackState, Telling, Verb};
use crate::domain::bot;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Obligation};
use crate::domain::ruling::{Then, persons};
use crate::domain::scene::Scene;
use crate::domain::{At, Body, Draft, Duty, PersonId, Refusal, Ruling, SystemId, text};

/// What an answer says beside words.
struct Answer {
    system: Option<SystemId>,
    flight: Option<Flight>,
    count: Option<u64>,
}

const NONE: Answer = Answer { system: None, flight: None, count: None };

impl Rollback {
    pub(super) fn in_flight(&self, scene: &Scene<'_>, flight: Flight, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::AnswerInFlight)?)?;
        let words = text::text("what was in flight", words)?;
        let mut draft = scene.draft();
        draft.push(Event::FlightAnswered { by: by.clone(), flight, text: words.clone() });
        draft.meet(|it| it.duty == Duty::AnswerInFlight);
        self.tell_answer(&mut draft, Duty::AnswerInFlight, Answer { flight: Some(flight), ..NONE }, (by, words));
        ask_to_confirm(&mut draft);
        Ok(draft.done(format!("kept: what was in flight is {}", flight.word())))
    }

    pub(super) fn downstream(
        &self,
        scene: &Scene<'_>,
        system: Option<&SystemId>,
        words: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let system = self.system_of(scene, Duty::ConfirmDownstream, system, Verb::Downstream)?;
        let words = text::text("how it goes on", words)?;
        let mut draft = scene.draft();
        draft.push(Event::DownstreamConfirmed { by: by.clone(), system: system.clone(), text: words.clone() });
        draft.meet(|it| it.duty == Duty::ConfirmDownstream && it.is_about(system.as_str()));
        self.tell_answer(
            &mut draft,
            Duty::ConfirmDownstream,
            Answer { system: Some(system.clone()), ..NONE },
            (by, words),
        );
        ask_to_confirm(&mut draft);
        Ok(draft.done(format!("{system} goes on with it")))
    }

    pub(super) fn look_back(
        &self,
        scene: &Scene<'_>,
        (from, to): (At, At),
        count: u64,
        words: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::LookBack)?)?;
        if to <= from {
            return Err(Refusal::NotAfter("the end of what is looked back at", "its beginning"));
        }
        let words = text::text("where they are found", words)?;
        let mut draft = scene.draft();
        draft.push(Event::LookedBack { by: by.clone(), from, to, count, text: words.clone() });
        draft.meet(|it| it.duty == Duty::LookBack);
        self.tell_answer(&mut draft, Duty::LookBack, Answer { count: Some(count), ..NONE }, (by, words));
        let asked = count > 0 && !self.rule.downstream.is_empty();
        if asked {
            for (system, role) in &self.rule.downstream {
                ask(&mut draft, Duty::AnswerLookBack, Holder::Roles(vec![role.clone()]), Some(system.clone()));
            }
        }
        ask_to_confirm(&mut draft);
        let next = match asked {
            true => format!("; {} each say what they do about them", text::list(self.rule.downstream.keys())),
            false => String::new(),
        };
        Ok(draft.done(format!("{count} decisions of {} are kept{next}", text::quoted(&self.from.name))))
    }

    pub(super) fn looked_at(
        &self,
        scene: &Scene<'_>,
        system: Option<&SystemId>,
        words: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let system = self.system_of(scene, Duty::AnswerLookBack, system, Verb::LookedAt)?;
        let words = text::text("what is done about them", words)?;
        let mut draft = scene.draft();
        draft.push(Event::LookBackAnswered { by: by.clone(), system: system.clone(), text: words.clone() });
        draft.meet(|it| it.duty == Duty::AnswerLookBack && it.is_about(system.as_str()));
        self.tell_answer(
            &mut draft,
            Duty::AnswerLookBack,
            Answer { system: Some(system.clone()), ..NONE },
            (by, words),
        );
        ask_to_confirm(&mut draft);
        Ok(draft.done(format!("kept: what {system} does about the decisions of {}", text::quoted(&self.from.name))))
    }

    pub(super) fn confirm_source(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::ConfirmSource)?)?;
        let words = text::text("what was looked at", words)?;
        let mut draft = scene.draft();
        draft.push(Event::SourceConfirmed { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.duty == Duty::ConfirmSource);
        self.tell_answer(&mut draft, Duty::ConfirmSource, NONE, (by, words));
        ask_to_confirm(&mut draft);
        Ok(draft.done(format!("kept: nothing leads back to {}", text::quoted(&self.from.name))))
    }

    /// The system that an answer is about: the one that is named, or the only one that the asker may answer for.
    fn system_of(
        &self,
        scene: &Scene<'_>,
        duty: Duty,
        system: Option<&SystemId>,
        verb: Verb,
    ) -> Result<SystemId, Refusal> {
        let open: Vec<&Obligation> = scene.case.open_obligations().filter(|it| it.duty == duty).collect();
        if open.is_empty() {
            return Err(Refusal::NothingOwed { case: scene.case.id, duty });
        }
        let named = |it: &Obligation| it.about.as_ref().map(|about| SystemId::from(about.text()));
        if let Some(system) = system {
            let Some(owed) = open.iter().find(|it| it.is_about(system.as_str())) else {
                let open: Vec<SystemId> = open.iter().filter_map(|it| named(it)).collect();
                let hint = text::did_you_mean(system.as_str(), open.iter().map(|it| it.as_str()));
                return Err(Refusal::missing(format!(
                    "name one of {}: nobody is asked about {} on {}.{hint}",
                    text::list(open.iter()),
                    text::quoted(system.as_str()),
                    scene.case.id
                )));
            };
            scene.answering(owed)?;
            return Ok(system.clone());
        }
        let by = scene.person()?;
        let mine: Vec<&&Obligation> = open.iter().filter(|it| scene.may_answer(it, by)).collect();
        match mine.as_slice() {
            [one] => named(one).ok_or(Refusal::NothingOwed { case: scene.case.id, duty }),
            [] => {
                Err(open.first().map_or(Refusal::NothingOwed { case: scene.case.id, duty }, |it| scene.not_yours(it)))
            }
            several => Err(Refusal::missing(say![
                "name one, as in ",
                verb.on(scene.case.id).with(named(several[0]).unwrap_or_else(|| SystemId::from("…"))).with("…"),
                format!(": you answer for {}.", text::list(several.iter().filter_map(|it| named(it))))
            ])),
        }
    }

    fn tell_answer(&self, draft: &mut Draft<'_>, duty: Duty, said: Answer, (by, text): (PersonId, String)) {
        let (drill, Answer { system, flight, count }) = (self.is_drill(), said);
        draft.tell_case(Telling::Answered { drill, duty, system, flight, count, by, text });
    }

    /// Everything that a confirmation stands on is there.
    fn is_all_answered(&self) -> bool {
        let downstream = |answers: &std::collections::BTreeMap<SystemId, super::Word>| {
            self.rule.downstream.keys().all(|system| answers.contains_key(system))
        };
        let looked_back = self.look_back.as_ref().is_some_and(|it| it.count == 0 || downstream(&self.looked_at));
        self.next_step().is_none()
            && self.in_flight.is_some()
            && downstream(&self.downstream)
            && looked_back
            && self.source.is_some()
    }

    pub(super) fn confirm(&self, scene: &Scene<'_>, outcome: Outcome, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let Some(owed) = scene.case.owed(Duty::ConfirmRollback) else {
            let open = scene.case.open_obligations().map(|it| {
                let about = it.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
                format!("{}{about} of {}", it.duty.noun(), scene.names(&scene.waiting_on(it)))
            });
            let open: Vec<String> = open.collect();
            return Err(Refusal::missing(format!(
                "wait until the rest is answered: {} still needs {}.",
                scene.case.id,
                text::list(open.iter())
            )));
        };
        scene.answering(owed)?;
        let words = text::text("how you know", words)?;
        let mut draft = scene.draft();
        draft.push(Event::Confirmed { by: by.clone(), outcome, text: words.clone() });
        draft.meet(|it| matches!(it.duty, Duty::ConfirmRollback | Duty::HoldDrill));
        // What was found missing is seen to all the same.
        draft.void("it is confirmed", |it| it.duty != Duty::CloseGap);
        self.discharge_due_drill(&mut draft);
        let mut people: Vec<PersonId> = self.proposed_by.iter().cloned().collect();
        let parts = self.rule.authorise.iter().chain(&self.rule.go).chain(self.rule.downstream.values());
        people.extend(persons(scene.world.people.holders(&Holder::Roles(parts.cloned().collect()), &[])));
        super::authorising::told_once(&draft, &mut people);
        let took = scene.ask.at - scene.case.opened;
        let target = self.rule.times.whole;
        let telling = Telling::Confirmed { drill: self.is_drill(), by, outcome, text: words, took, target };
        draft.tell_case_and(&people, telling, Vec::new(), false);
        let mut what = format!("confirmed, {}, {took} after it was asked for", outcome.word());
        if let Some(hold) = self.rule.freeze_after.filter(|_| !self.is_drill()) {
            let case = Some(scene.case.id).filter(|_| !scene.case.restricted);
            draft.then(Then::Bot(bot::Command::Freeze {
                workflow: scene.case.workflow.clone(),
                until: Some(scene.ask.at + hold),
                reason: match scene.case.restricted {
                    true => "the policy asks for it now".to_owned(),
                    false => "a rollback was confirmed".to_owned(),
                },
                case,
            }));
            what.push_str(&format!(". Changes of {} are held for {hold}", scene.case.workflow));
        }
        Ok(draft.done(what))
    }

    /// Before it runs by whoever proposed it, too; then by whoever authorises alone.
    pub(super) fn abandon(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let runs = self.state == RollbackState::Running;
        if runs || self.proposed_by.as_ref() != Some(&by) {
            scene.require(&format!("abandoning {}", scene.case.id), &self.rule.authorise)?;
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Abandoned { by: by.clone(), reason: reason.clone() });
        draft.void("it was abandoned", |it| it.duty != Duty::CloseGap);
        self.tell_ended(&mut draft, RollbackState::Abandoned, by, reason);
        Ok(draft.done(match runs {
            true => "abandoned on the way; what was done stands on its card",
            false => "abandoned; nothing was altered",
        }))
    }
}

/// Asks for everything that is left once the steps are over.
pub(super) fn ask_what_is_left(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let rule = rollback.rule.clone();
    for (system, role) in &rule.downstream {
        ask(draft, Duty::ConfirmDownstream, Holder::Roles(vec![role.clone()]), Some(system.clone()));
    }
    ask(draft, Duty::LookBack, Holder::Roles(vec![rule.run_by.clone()]), None);
    ask(draft, Duty::ConfirmSource, Holder::Roles(vec![rule.run_by.clone()]), None);
}

/// Once everything is answered, somebody confirms.
fn ask_to_confirm(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let is_asked = draft.case.owed(Duty::ConfirmRollback).is_some();
    if is_asked || !rollback.is_all_answered() {
        return;
    }
    let holder = Holder::Roles(vec![rollback.rule.run_by.clone()]);
    ask(draft, Duty::ConfirmRollback, holder, None);
}
