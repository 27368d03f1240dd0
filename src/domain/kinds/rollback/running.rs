//! Running: started once the evidence is sealed, then one step after the other. Before a step after which there is no way back,
//! whoever authorises is asked once more. A step that a machine does is reported by nobody, and looks the same otherwise.

use super::afterwards::ask_what_is_left;
use super::authorising::told_once;
use super::{Event, Rollback, Telling, Verb, Word};
use crate::domain::bot::releases::{Altered, Forbidding};
use crate::domain::every_case;
use crate::domain::kinds::Seal;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder};
use crate::domain::people::Seat;
use crate::domain::policy::Way;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{
    Actor, Body, Draft, Duty, Label, PersonId, Refusal, RoleId, Ruling, Span, SystemId, WorkflowId, World, text,
};

impl Rollback {
    pub(super) fn start(&self, scene: &Scene<'_>, sealed: &Seal, revision: Option<u32>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let roles: Vec<_> = [&self.rule.run_by].into_iter().chain(&self.rule.authorise).cloned().collect();
        scene.require(&format!("starting {}", scene.case.id), &roles)?;
        self.is_what_they_saw(scene, revision, Verb::Start)?;
        self.every_party_goes(scene)?;
        self.no_other_runs(scene)?;
        self.still_goes_from_what_runs(scene)?;
        self.no_law_is_in_the_way(scene)?;
        let (size, root) = match sealed {
            Seal::Signed { size, root } => (*size, root.clone()),
            Seal::Failed { reference } => {
                return Err(Refusal::missing(format!(
                    "ask an operator to look up {reference} in the log, then start it again: the evidence can't be sealed now, and \
                     nothing is altered before it is."
                )));
            }
            Seal::Wanted => {
                return Err(Refusal::missing(
                    "start it again: the evidence isn't sealed, and nothing is altered before it is.".to_owned(),
                ));
            }
        };
        let mut draft = scene.draft();
        draft.push(Event::EvidenceSealed { size, root });
        draft.push(Event::Started { by: by.clone() });
        draft.meet(|it| it.duty == Duty::StartRollback);
        let mut people: Vec<PersonId> = self.proposed_by.iter().cloned().collect();
        let parts = self.rule.authorise.iter().chain(&self.rule.go).cloned().collect();
        people.extend(persons(scene.world.people.holders(&Holder::Roles(parts), &[])));
        told_once(&draft, &mut people);
        draft.tell_case_and(&people, Telling::Started { drill: self.is_drill(), by, size }, Vec::new(), false);
        let run_by = Holder::Roles(vec![self.rule.run_by.clone()]);
        ask(&mut draft, Duty::AnswerInFlight, run_by, self.rule.times.confirm, None);
        self.tell_what_it_is_about(&mut draft, "is running");
        let next = go_on(&mut draft, scene);
        Ok(draft.done(format!("the evidence up to entry {size} is sealed, and it runs; {next}")))
    }

    /// Two at a time on one system leave nobody knowing what runs. A drill waits for nothing, and nothing for a drill.
    fn no_other_runs(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let workflow = &scene.case.workflow;
        let mut others = scene.world.releases.under_way(workflow);
        let runs = others.find(|(id, stands)| stands.runs && *id != scene.case.id && !self.is_drill());
        match runs {
            None => Ok(()),
            Some((_, stands)) if stands.restricted => Err(Refusal::missing(format!(
                "wait until the other rollback on {workflow} has come to its end: it is running, and only its own people see it."
            ))),
            Some((other, _)) => Err(Refusal::missing(say![
                format!("bring {other} to its end first, or end it with "),
                every_case::Verb::Withdraw.on(other).with("why"),
                format!(": it is running on {workflow}.")
            ])),
        }
    }

    /// The rollback that may have altered what runs since this one was authorised.
    pub(super) fn altered_since_authorised<'w>(&self, world: &World<'w>, workflow: &WorkflowId) -> Option<&'w Altered> {
        let since = self.authorised.as_ref().map(|word| word.at)?;
        world.releases.altered.get(workflow).filter(|it| !self.is_drill() && it.at > since)
    }

    /// Whoever authorised it said so of what ran then. Another rollback has altered that since.
    fn still_goes_from_what_runs(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let Some(altered) = self.altered_since_authorised(scene.world, &scene.case.workflow) else { return Ok(()) };
        let what = match altered.restricted {
            true => "another rollback, which only its own people see,".to_owned(),
            false => altered.case.to_string(),
        };
        let retarget = Verb::Retarget.on(scene.case.id).with("from=…").with("to=…").with("…");
        Err(Refusal::missing(say![
            retarget,
            format!(
                " says from what to what it goes now, and it is authorised anew: {what} ended at {}, after that was given, and may have altered what runs.",
                scene.moment(altered.at)
            )
        ]))
    }

    fn every_party_goes(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let missing = self.without_go();
        if missing.is_empty() {
            return Ok(());
        }
        let no = self.said.iter().find(|said| !said.go);
        let why = match no {
            Some(said) => {
                let words = said.word.text.as_deref().map(text::quoted).unwrap_or_default();
                format!("{} says no-go: {words}", said.role)
            }
            None => "silence is never go".to_owned(),
        };
        let roles: Vec<_> = missing.into_iter().cloned().collect();
        let names = persons(scene.world.people.holders(&Holder::Roles(roles.clone()), &[]));
        Err(Refusal::missing(say![
            format!("ask {} for ", scene.names(&names)),
            Verb::Go.on(scene.case.id),
            format!(": the go of {} is missing; {why}.", text::list(roles.iter()))
        ]))
    }

    /// What forbids altering the system now, beside what somebody decided on: whatever began to forbid it after that, they couldn't
    /// know of. Staying alters nothing.
    pub(super) fn laws_in_the_way<'w>(&self, world: &World<'w>, workflow: &WorkflowId) -> Forbidding<'w> {
        match self.way {
            Way::Stay => Forbidding::default(),
            Way::RollBack | Way::Contain | Way::FixForward => {
                let decided = self.altering.as_ref().map(|altering| altering.word.at);
                world.releases.forbidding(workflow).begun_after(decided)
            }
        }
    }

    pub(super) fn no_law_is_in_the_way(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let forbidding = self.laws_in_the_way(scene.world, &scene.case.workflow);
        if forbidding.is_empty() {
            return Ok(());
        }
        let of = match forbidding.named().as_slice() {
            [] => String::new(),
            cases => format!(" ({})", text::list(cases.iter())),
        };
        let seats = scene.world.people.seats(&self.rule.authorise, &self.proposers());
        Err(Refusal::missing(say![
            format!("ask {} to decide ", scene.names(&persons(seats))),
            Verb::AlterAnyway.on(scene.case.id).with("why"),
            format!(
                ", or report it first: {} altering the system before the authority is told{of}. {}",
                forbidding.forbids(),
                forbidding.rule()
            )
        ]))
    }

    /// The step that is asked for now, if it is the one that is meant.
    fn asked_step(&self, scene: &Scene<'_>, meant: Option<u32>) -> Result<(u32, String), Refusal> {
        let Some((number, step)) = self.next_step() else {
            return Err(Refusal::missing(format!("every step of {} is done or skipped.", scene.case.id)));
        };
        let meant = meant.filter(|meant| *meant != number);
        if let Some((meant, how, word)) = meant.and_then(|meant| self.over(meant).map(|(how, word)| (meant, how, word)))
        {
            let by = word.by.as_ref().map_or_else(|| "by machine".to_owned(), |by| scene.name(by));
            return Err(Refusal::missing(format!(
                "nothing is to be done: step {meant} of {} is {how} already ({by}, {}). Now it is step {number}, {}.",
                scene.case.id,
                scene.moment(word.at),
                text::quoted(&step.text)
            )));
        }
        if meant.is_some() {
            return Err(Refusal::missing(format!(
                "say it of step {number}, {}: the steps of {} go in order.",
                text::quoted(&step.text),
                scene.case.id
            )));
        }
        Ok((number, step.text.clone()))
    }

    /// How a step ended, and whose word that is; `None`: it hasn't.
    fn over(&self, step: u32) -> Option<(&'static str, &Word)> {
        let stands = self.steps.get(&step)?;
        let done = stands.done.as_ref().map(|word| ("done", word));
        done.or_else(|| stands.skipped.as_ref().map(|word| ("skipped", word)))
    }

    /// Whoever names no step may mean an earlier one that was theirs too: two people report the same one at the same moment, or one
    /// of them twice.
    fn only_one_can_be_meant(&self, scene: &Scene<'_>, step: u32, verb: Verb) -> Result<(), Refusal> {
        let by = scene.ask.by.person();
        let theirs = |role: &RoleId| {
            let seats = scene.world.people.seats(std::slice::from_ref(role), &[]);
            seats.iter().any(|seat| Some(&seat.person) == by)
        };
        let mut earlier = self.steps_to_do().take_while(|(number, _)| *number < step);
        if !earlier.any(|(_, rule)| theirs(&rule.role)) {
            return Ok(());
        }
        let text = self.step_rule(step).map(|rule| text::quoted(&rule.text)).unwrap_or_default();
        Err(Refusal::missing(say![
            "name the step: ",
            verb.on(scene.case.id).with(format!("step={step}")).with("…"),
            format!(" is for {text}. An earlier one was yours as well.")
        ]))
    }

    /// Whoever says so may answer for the step; `None`: a machine does.
    fn doer(&self, scene: &Scene<'_>) -> Result<Option<PersonId>, Refusal> {
        let Some(owed) = scene.case.owed(Duty::DoStep) else {
            return Err(match scene.case.owed(Duty::AgreePoint) {
                Some(owed) => {
                    let names = scene.names(&scene.waiting_on(owed));
                    let no_way_back = self.next_step().is_some_and(|(_, rule)| rule.point_of_no_return);
                    Refusal::missing(say![
                        format!("wait for {names}: "),
                        Verb::AgreePoint.on(scene.case.id).with("…"),
                        match no_way_back {
                            true => " comes first, since there is no way back after this step.",
                            false => " comes first, since a law forbade this step when it was to be asked for.",
                        }
                    ])
                }
                None => Refusal::NothingOwed { case: scene.case.id, duty: Duty::DoStep },
            });
        };
        match &scene.ask.by {
            Actor::Engine => Ok(None),
            Actor::Person(_) | Actor::Operator => {
                scene.asker()?;
                scene.answering(owed).map(|seat| Some(seat.person))
            }
        }
    }

    pub(super) fn step_done(
        &self,
        scene: &Scene<'_>,
        meant: Option<u32>,
        words: Option<&str>,
    ) -> Result<Ruling, Refusal> {
        let (step, _) = self.asked_step(scene, meant)?;
        let by = self.doer(scene)?;
        if meant.is_none() {
            self.only_one_can_be_meant(scene, step, Verb::Done)?;
        }
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        let words = words.map(|words| text::text("what came of it", words)).transpose()?;
        let mut draft = scene.draft();
        draft.push(Event::StepDone { by: by.clone(), step, text: words.clone() });
        draft.meet(|it| it.duty == Duty::DoStep);
        self.tell_step(&mut draft, "done", step, by, words, &[]);
        let next = go_on(&mut draft, scene);
        Ok(draft.done(format!("step {step} of {} is done; {next}", self.steps_in_all())))
    }

    pub(super) fn step_blocked(&self, scene: &Scene<'_>, meant: Option<u32>, reason: &str) -> Result<Ruling, Refusal> {
        let (step, _) = self.asked_step(scene, meant)?;
        let by = self.doer(scene)?;
        if meant.is_none() {
            self.only_one_can_be_meant(scene, step, Verb::Blocked)?;
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::StepBlocked { by: by.clone(), step, reason: reason.clone() });
        let roles = self.rule.authorise.iter().chain([&self.rule.run_by]).cloned().collect();
        let mut people = persons(scene.world.people.holders(&Holder::Roles(roles), &[]));
        told_once(&draft, &mut people);
        self.tell_step(&mut draft, "blocked", step, by, Some(reason), &people);
        let (skip, abandon) =
            (Verb::Skip.on(scene.case.id).with("why"), every_case::Verb::Withdraw.on(scene.case.id).with("why"));
        Ok(draft.done(say![
            format!("step {step} is blocked, and its clock goes on; whoever authorises hears it: "),
            skip,
            " or ",
            abandon
        ]))
    }

    /// By whoever authorises, with a reason.
    pub(super) fn step_skipped(&self, scene: &Scene<'_>, meant: Option<u32>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.require(&format!("skipping a step of {}", scene.case.id), &self.rule.authorise)?;
        let (step, _) = self.asked_step(scene, meant)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::StepSkipped { by: by.clone(), step, reason: reason.clone() });
        draft.void("the step is skipped", |it| matches!(it.duty, Duty::DoStep | Duty::AgreePoint));
        self.tell_step(&mut draft, "skipped", step, Some(by), Some(reason), &[]);
        let next = go_on(&mut draft, scene);
        Ok(draft.done(format!("step {step} of {} is skipped; {next}", self.steps_in_all())))
    }

    /// Whoever authorises says once more that the step is to be taken.
    pub(super) fn agree_point(&self, scene: &Scene<'_>, meant: Option<u32>, reason: &str) -> Result<Ruling, Refusal> {
        scene.asker()?;
        // Where none is asked for, no step is the one to say it of.
        let owed = scene.owed(Duty::AgreePoint)?;
        let (step, _) = self.asked_step(scene, meant)?;
        let Seat { person: by, stands_in_for } = scene.answering(owed)?;
        self.no_law_is_in_the_way(scene)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::PointAgreed { by: by.clone(), stands_in_for, step, reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AgreePoint);
        self.tell_step(&mut draft, "agreed", step, Some(by), Some(reason), &[]);
        let next = go_on(&mut draft, scene);
        let back = self.step_rule(step).is_some_and(|rule| !rule.point_of_no_return);
        let what = if back { "step" } else { "there is no way back after step" };
        Ok(draft.done(format!("agreed: {what} {step}; {next}")))
    }

    fn tell_step(
        &self,
        draft: &mut Draft<'_>,
        what: &str,
        step: u32,
        by: Option<PersonId>,
        reason: Option<String>,
        people: &[PersonId],
    ) {
        let (drill, steps, what) = (self.is_drill(), self.steps_in_all(), Label::from(what));
        draft.tell_case_and(people, Telling::StepSaid { drill, what, step, steps, by, reason }, Vec::new(), false);
    }
}

/// Asks for the next step, or for what is left once they are done. Says what that is. Where a law that began meanwhile forbids it,
/// whoever authorises is asked first.
pub(super) fn go_on(draft: &mut Draft<'_>, scene: &Scene<'_>) -> String {
    let Body::Rollback(rollback) = &draft.case.body else { return String::new() };
    let rollback = rollback.clone();
    let Some((step, rule)) = rollback.next_step() else {
        ask_what_is_left(draft);
        return "its steps are over, and what is left is asked for".to_owned();
    };
    let (drill, steps, text) = (rollback.is_drill(), rollback.steps_in_all(), rule.text.clone());
    let about = Some(About::Words(text.clone()));
    let law = !rollback.laws_in_the_way(draft.world, &draft.case.workflow).is_empty();
    let back = !rule.point_of_no_return;
    let waits_for_the_point = (law || !back) && rollback.step(step).agreed.is_none();
    let (duty, holder, within) = match waits_for_the_point {
        true => (Duty::AgreePoint, Holder::Roles(rollback.rule.authorise.clone()), rollback.rule.times.authorise),
        false => {
            (Duty::DoStep, Holder::Roles(vec![rule.role.clone()]), rule.within.unwrap_or(rollback.rule.times.step))
        }
    };
    let terms = draft.stamp(&rollback.rule.terms(within), 1);
    let number = draft.owe(duty, holder, terms, about);
    let (people, due) = (draft.waiting_on(number), draft.due_of(number));
    let telling = match waits_for_the_point {
        true => Telling::PointAsked { drill, law, back, step, steps, text, people: people.clone(), due },
        false => Telling::StepAsked { drill, step, steps, text, people: people.clone(), due },
    };
    draft.tell_case_and(&people, telling, vec![number], rollback.rule.urgent);
    let names = scene.names(&people);
    match waits_for_the_point {
        true => {
            let why = match law {
                true => "which a law forbids now",
                false => "after which there is no way back",
            };
            format!("before step {step}, {why}, {names} is asked by {}", scene.moment(due))
        }
        false => format!("{names} does step {step} of {steps} by {}", scene.moment(due)),
    }
}

/// Opens one of the answers that a rollback needs beside its steps, and tells those whose it is.
pub(super) fn ask(draft: &mut Draft<'_>, duty: Duty, holder: Holder, within: Span, system: Option<SystemId>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let rollback = rollback.clone();
    let (drill, urgent) = (rollback.is_drill(), rollback.rule.urgent);
    let terms = draft.stamp(&rollback.rule.terms(within), 1);
    let about = system.as_ref().map(|system| About::named(system.as_str()));
    let number = draft.owe(duty, holder, terms, about);
    let (people, due) = (draft.waiting_on(number), draft.due_of(number));
    let is_start = duty == Duty::StartRollback;
    let revision = if is_start { rollback.revision } else { 1 };
    let law = is_start && !rollback.laws_in_the_way(draft.world, &draft.case.workflow).is_empty();
    let telling = Telling::Asked { drill, duty, revision, law, system, people: people.clone(), due };
    draft.tell_case_and(&people, telling, vec![number], urgent);
}
