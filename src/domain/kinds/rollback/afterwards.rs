//! What is left once the steps are over: whoever is downstream confirms, what is in flight, the look-back at what the bad version
//! decided, the source of truth. Only when all of it is answered can anybody confirm, and say what it came to.

use super::running::ask;
use super::{CallStands, Event, Flight, Outcome, Rollback, RollbackState, StepStands, Telling, Verb};
use crate::domain::bot;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Obligation};
use crate::domain::ruling::{Then, persons};
use crate::domain::scene::Scene;
use crate::domain::{
    At, Body, CaseKind, Draft, Duty, PersonId, Refusal, RollbackDuty, Ruling, Span, SystemId, every_case, text,
};

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
        goes_on: bool,
        words: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let system = self.system_of(scene, Duty::ConfirmDownstream, system, Verb::Downstream)?;
        let words = text::text("how it goes on", words)?;
        if !goes_on {
            let what = format!("{system} doesn't go on");
            return Ok(self.answered_no(scene, Duty::ConfirmDownstream, Some(system), (by, words), &what));
        }
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
        // What turns out to be wrong is put right, as long as the case is remembered.
        match scene.case.owed(Duty::LookBack) {
            Some(owed) => drop(scene.answering(owed)?),
            None if self.look_back.is_some() => {
                scene.require(
                    &format!("correcting the look-back of {}", scene.case.id),
                    std::slice::from_ref(&self.rule.run_by),
                )?;
            }
            None => return Err(Refusal::NothingOwed { case: scene.case.id, duty: Duty::LookBack }),
        }
        if to <= from {
            return Err(Refusal::NotAfter("the end of what is looked back at", "its beginning"));
        }
        if to > scene.ask.at {
            return Err(Refusal::missing(format!(
                "name a `to=…` that has passed: the bad version has decided nothing after {}.",
                scene.moment(scene.ask.at)
            )));
        }
        let words = text::text("where they are found", words)?;
        let mut draft = scene.draft();
        draft.push(Event::LookedBack { by: by.clone(), from, to, count, text: words.clone() });
        draft.meet(|it| it.duty == Duty::LookBack);
        self.tell_answer(&mut draft, Duty::LookBack, Answer { count: Some(count), ..NONE }, (by, words));
        // What was answered before was about other decisions.
        draft.void("the look-back was corrected", |it| matches!(it.duty, Duty::AnswerLookBack | Duty::ConfirmRollback));
        let asked = count > 0 && !self.rule.downstream.is_empty();
        if asked {
            for (system, role) in &self.rule.downstream {
                let holder = Holder::Roles(vec![role.clone()]);
                ask(&mut draft, Duty::AnswerLookBack, holder, self.rule.times.confirm, Some(system.clone()));
            }
        }
        ask_to_confirm(&mut draft);
        let next = match asked {
            true => format!(". What is done about them: asked of {}", text::list(self.rule.downstream.keys())),
            false => String::new(),
        };
        let decisions = if count == 1 { "1 decision" } else { &format!("{count} decisions") };
        Ok(draft.done(format!("kept: {decisions} of {}{next}", text::quoted(&self.from.name))))
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

    pub(super) fn confirm_source(&self, scene: &Scene<'_>, clean: bool, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::ConfirmSource)?)?;
        let words = text::text("what was looked at", words)?;
        if !clean {
            let what = format!("something leads back to {}", text::quoted(&self.from.name));
            return Ok(self.answered_no(scene, Duty::ConfirmSource, None, (by, words), &what));
        }
        let mut draft = scene.draft();
        draft.push(Event::SourceConfirmed { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.duty == Duty::ConfirmSource);
        self.tell_answer(&mut draft, Duty::ConfirmSource, NONE, (by, words));
        ask_to_confirm(&mut draft);
        Ok(draft.done(format!("kept: nothing leads back to {}", text::quoted(&self.from.name))))
    }

    /// It isn't so yet. Who said so goes on owing it, and those who can decide on another way out hear it.
    fn answered_no(
        &self,
        scene: &Scene<'_>,
        duty: Duty,
        system: Option<SystemId>,
        (by, words): (PersonId, String),
        what: &str,
    ) -> Ruling {
        let mut draft = scene.draft();
        draft.push(Event::AnsweredNo { by: by.clone(), system: system.clone(), text: words.clone() });
        let of_it =
            |it: &Obligation| it.duty == duty && system.as_ref().is_none_or(|system| it.is_about(system.as_str()));
        // Once it is over, how it stands is all that is asked for.
        let runs = self.state == RollbackState::Running;
        if !runs {
            draft.meet(of_it);
        }
        let due = draft.case.open_obligations().find(|it| of_it(it)).map(|it| draft.due_of(it.number));
        let roles = self.rule.authorise.iter().chain([&self.rule.run_by]).cloned().collect();
        let mut people = persons(scene.world.people.holders(&Holder::Roles(roles), &[]));
        super::authorising::told_once(&draft, &mut people);
        let over = runs && self.next_step().is_none();
        let telling = Telling::AnsweredNo { drill: self.is_drill(), duty, system, by, text: words, due, over };
        draft.tell_case_and(&people, telling, Vec::new(), self.rule.urgent);
        let owed = due.map(|due| match due > scene.ask.at {
            true => format!(". You go on owing {} by {}", duty.the(), scene.moment(due)),
            false => format!(". You go on owing {}, late since {}", duty.the(), scene.moment(due)),
        });
        let told = text::list(people.iter().map(|person| scene.name(person)));
        let told = if people.is_empty() { String::new() } else { format!(". Told to {told}") };
        draft.done(format!("kept: {what}{}{told}", owed.unwrap_or_default()))
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
        if outcome == Outcome::Failed {
            return self.failed(scene, by, words);
        }
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
        let took = self.tell_outcome(&mut draft, scene, outcome, (by, words));
        self.tell_what_it_is_about(&mut draft, &format!("is confirmed: {}", outcome.word()));
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

    /// Everybody who had a part in it hears what it came to. Returns how long it took.
    fn tell_outcome(
        &self,
        draft: &mut Draft<'_>,
        scene: &Scene<'_>,
        outcome: Outcome,
        (by, text): (PersonId, String),
    ) -> Span {
        let mut people: Vec<PersonId> = self.proposed_by.iter().cloned().collect();
        let parts = self.rule.authorise.iter().chain(&self.rule.go).chain(self.rule.downstream.values());
        people.extend(persons(scene.world.people.holders(&Holder::Roles(parts.cloned().collect()), &[])));
        super::authorising::told_once(draft, &mut people);
        let (took, target) = (scene.ask.at - scene.case.opened, self.rule.times.whole);
        let telling = Telling::Confirmed { drill: self.is_drill(), by, outcome, text, took, target };
        let urgent = self.rule.urgent && outcome == Outcome::Failed;
        draft.tell_case_and(&people, telling, Vec::new(), urgent);
        took
    }

    /// It went the way and didn't help. What was altered is answered for all the same.
    fn failed(&self, scene: &Scene<'_>, by: PersonId, words: &str) -> Result<Ruling, Refusal> {
        let roles: Vec<_> = [&self.rule.run_by].into_iter().chain(&self.rule.authorise).cloned().collect();
        scene.require(&format!("saying what {} came to", scene.case.id), &roles)?;
        if let Some((step, rule)) = self.next_step() {
            return Err(Refusal::missing(say![
                format!("finish or skip step {step}, {}, or end it on the way with ", text::quoted(&rule.text)),
                every_case::Verb::Withdraw.on(scene.case.id).with("why"),
                format!(": {} has failed only once its steps are over.", scene.case.id)
            ]));
        }
        let words = text::text("how you know", words)?;
        let mut draft = scene.draft();
        let outcome = Outcome::Failed;
        draft.push(Event::Confirmed { by: by.clone(), outcome, text: words.clone() });
        draft.meet(|it| matches!(it.duty, Duty::ConfirmRollback | Duty::HoldDrill));
        self.end_but_for_what_was_altered(&mut draft, "it failed");
        self.tell_outcome(&mut draft, scene, outcome, (by, words));
        self.tell_what_it_is_about(&mut draft, "has failed: another way out is needed");
        let propose = Verb::Propose.of(CaseKind::Rollback).with(&scene.case.workflow).with("…");
        let left = still_owed(&draft);
        Ok(draft.done(say![format!("kept: it failed{left}. "), propose, " proposes another way out"]))
    }

    /// Ends what is owed. Where the real system was altered, those who answer for that go on owing it.
    fn end_but_for_what_was_altered(&self, draft: &mut Draft<'_>, why: &str) {
        let stays = |duty: Duty| match duty.of_rollback() {
            Some(RollbackDuty::CloseGap) => true,
            Some(
                RollbackDuty::AnswerInFlight
                | RollbackDuty::ConfirmDownstream
                | RollbackDuty::LookBack
                | RollbackDuty::AnswerLookBack
                | RollbackDuty::ConfirmSource,
            ) => self.altered(),
            Some(
                RollbackDuty::AuthoriseRollback
                | RollbackDuty::SayGo
                | RollbackDuty::StartRollback
                | RollbackDuty::AnswerNoGo
                | RollbackDuty::AgreePoint
                | RollbackDuty::DoStep
                | RollbackDuty::HoldDrill
                | RollbackDuty::ConfirmRollback,
            )
            | None => false,
        };
        draft.void(why, |it| !stays(it.duty));
    }

    /// Something was done to the real system, or was begun.
    pub fn altered(&self) -> bool {
        let begun = |step: &StepStands| step.call.as_ref().is_some_and(CallStands::may_have_come_through);
        let touched = |step: &StepStands| step.done.is_some() || step.blocked.is_some() || begun(step);
        !self.is_drill() && self.steps.values().any(touched)
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
        draft.meet(|it| it.duty == Duty::AnswerNoGo);
        self.end_but_for_what_was_altered(&mut draft, "it was abandoned");
        self.tell_ended(&mut draft, RollbackState::Abandoned, by, reason);
        // Before its steps were over nobody was asked for these yet.
        if self.altered() && self.next_step().is_some() {
            ask_what_is_left(&mut draft);
        }
        let done = self.steps.values().filter(|step| step.done.is_some()).count();
        let how_far = match runs {
            true => format!("abandoned after {done} of {} steps", self.steps_in_all()),
            false => "abandoned before it ran".to_owned(),
        };
        self.tell_what_it_is_about(&mut draft, &format!("is {how_far}"));
        let left = still_owed(&draft);
        Ok(draft.done(match runs {
            true => format!("{how_far}{left}"),
            false => "abandoned; nothing was altered".to_owned(),
        }))
    }
}

/// A machine's late word may be the first that says that something was altered.
pub(super) fn answer_for_what_was_altered(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let is_over = match rollback.state {
        RollbackState::Abandoned => true,
        RollbackState::Due
        | RollbackState::Proposed
        | RollbackState::Authorised
        | RollbackState::Refused
        | RollbackState::Running
        | RollbackState::Confirmed => false,
    };
    if is_over && rollback.altered() && !draft.case.obligations.iter().any(|it| it.duty == Duty::LookBack) {
        ask_what_is_left(draft);
    }
}

/// What people go on owing on a rollback that is over, for a sentence.
fn still_owed(draft: &Draft<'_>) -> String {
    let mut nouns: Vec<&str> = Vec::new();
    for owed in draft.case.open_obligations().filter(|it| it.duty != Duty::CloseGap) {
        if !nouns.contains(&owed.duty.noun()) {
            nouns.push(owed.duty.noun());
        }
    }
    match nouns.is_empty() {
        true => String::new(),
        false => format!("; what was altered is still to be answered for: {}", text::list(nouns.iter())),
    }
}

/// Asks for everything that is left once the steps are over.
pub(super) fn ask_what_is_left(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let rule = rollback.rule.clone();
    let within = rule.times.confirm;
    for (system, role) in &rule.downstream {
        let holder = Holder::Roles(vec![role.clone()]);
        ask(draft, Duty::ConfirmDownstream, holder, within, Some(system.clone()));
    }
    let run_by = || Holder::Roles(vec![rule.run_by.clone()]);
    ask(draft, Duty::LookBack, run_by(), within, None);
    ask(draft, Duty::ConfirmSource, run_by(), within, None);
}

/// Once everything is answered, somebody confirms.
fn ask_to_confirm(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let is_asked = draft.case.owed(Duty::ConfirmRollback).is_some();
    if is_asked || rollback.state != RollbackState::Running || !rollback.is_all_answered() {
        return;
    }
    let (holder, within) = (Holder::Roles(vec![rollback.rule.run_by.clone()]), rollback.rule.times.confirm);
    ask(draft, Duty::ConfirmRollback, holder, within, None);
}
