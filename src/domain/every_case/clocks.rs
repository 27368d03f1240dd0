//! What people do with an obligation's clock: pause it, let it run again, waive the duty, object to whose breach it was,
//! settle that.

use super::{Telling, Verb};
use crate::domain::duty::Owed;
use crate::domain::kinds::{exception, incident, rollback};
use crate::domain::line::{Line, Named, say};
use crate::domain::obligation::{Attribution, Change, Contest, Obligation, Standing, State};
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{Duty, PersonId, Refusal, Ruling, Span, text};

pub fn pause(scene: &Scene<'_>, duty: Option<Duty>, reason: &str) -> Result<Ruling, Refusal> {
    let open = meant(scene, duty, Verb::Pause, Obligation::is_open)?;
    let mut draft = scene.draft();
    let by = draft.person()?;
    if !scene.may_answer(open, &by) {
        scene.require("pausing this clock", &scene.may().waive_duty)?;
    }
    match open.state() {
        State::Owed => {}
        state => {
            let instead = match state {
                State::Late => "Contest the breach instead: a deadline that has passed can't be paused.".into(),
                _ => say![Verb::Resume.on(scene.case.id), " lets it run again."],
            };
            return Err(Refusal::DutyState { case: scene.case.id, duty: open.duty, state, instead });
        }
    }
    let allowed = &open.terms.pause.reasons;
    if allowed.is_empty() {
        return Err(Refusal::NoPause);
    }
    let reason = reason.trim();
    let known = allowed.iter().find(|it| reason.to_lowercase().starts_with(&it.to_lowercase()));
    if known.is_none() {
        return Err(Refusal::NotAPauseReason(text::list(allowed.iter().map(|it| format!("“{it}”")))));
    }
    if open.pause_left() == Span::ZERO {
        return Err(Refusal::PauseUsedUp(open.terms.pause.at_most));
    }
    let running = scene.world.stamped.running(open.terms.calendar.as_ref());
    let (number, duty, ends) = (open.number, open.duty, open.pause_ends(scene.ask.at, running));
    draft.change(number, Change::Paused { reason: reason.to_owned(), by: by.clone(), ends });
    draft.tell_case(Telling::Paused { duty, reason: reason.to_owned(), by, ends });
    Ok(draft.done(format!("the clock of {} is paused", duty.the())))
}

pub fn resume(scene: &Scene<'_>, duty: Option<Duty>) -> Result<Ruling, Refusal> {
    let paused = meant(scene, duty, Verb::Resume, |it| it.state() == State::Paused)?;
    let (number, duty) = (paused.number, paused.duty);
    let mut draft = scene.draft();
    let by = draft.person()?;
    let paused_it = matches!(&paused.standing, Standing::Paused { by: Some(who), .. } if who == &by);
    if !paused_it && !scene.may_answer(paused, &by) {
        scene.require("letting this clock run again", &scene.may().waive_duty)?;
    }
    draft.resume(number);
    let due = draft.case.obligation(number).map_or(scene.ask.at, |it| it.terms.due);
    draft.tell_case(Telling::Resumed { duty, by: Some(by), due, under: None });
    Ok(draft.done(format!("the clock of {} runs again", duty.the())))
}

pub fn waive(scene: &Scene<'_>, duty: Duty, reason: &str) -> Result<Ruling, Refusal> {
    scene.require("waiving a duty", &scene.may().waive_duty)?;
    let reason = text::text("the reason", reason)?;
    let row = duty.row();
    if row.owed == Owed::InPaths {
        let withdraw = Verb::Withdraw.on(scene.case.id);
        return Err(Refusal::missing(say![
            withdraw,
            format!(" withdraws the request: the {} can't be waived.", row.noun)
        ]));
    }
    if row.owed == Owed::ByLaw {
        let set_aside = incident::Verb::SetAside.on(scene.case.id).with("…");
        return Err(Refusal::missing(say![
            set_aside,
            format!(" says why it isn't owed: nobody but its authority can waive the {}.", row.noun)
        ]));
    }
    if duty == Duty::AcceptHandoff {
        let withdraw = super::Verb::Withdraw.on(scene.case.id).with("why");
        return Err(Refusal::missing(say![withdraw, format!(" ends it: the {} can't be waived.", row.noun)]));
    }
    if row.owed == Owed::InPlans {
        let noun = row.noun;
        if scene.case.is_closed() {
            let answer = Line::answering(scene.case.id, duty).with("…");
            return Err(Refusal::missing(say![answer, format!(" says how it stands: the {noun} can't be waived.")]));
        }
        let skip = rollback::Verb::Skip.on(scene.case.id).with("why");
        let abandon = Verb::Withdraw.on(scene.case.id).with("why");
        return Err(Refusal::missing(say![
            skip,
            " leaves a step out, ",
            abandon,
            format!(" ends it: the {noun} can't be waived, since silence is never go.")
        ]));
    }
    if let Duty::RuleException | Duty::ProveControl = duty {
        let (refuse, close) = (exception::Verb::Refuse, exception::Verb::Close);
        let instead = if duty == Duty::RuleException { refuse } else { close };
        let (line, noun) = (instead.on(scene.case.id).with("why"), row.noun);
        return Err(Refusal::missing(say![line, format!(" ends it: the {noun} can't be waived.")]));
    }
    let owed = scene.owed(duty)?;
    let number = owed.number;
    let mut draft = scene.draft();
    let by = draft.person()?;
    may_waive(scene, owed, &by)?;
    draft.resume(number);
    draft.change(number, Change::Waived { by: by.clone(), reason: reason.clone() });
    draft.tell_case(Telling::Waived { duty, by, reason });
    Ok(draft.done(format!("{} is waived", duty.the())))
}

/// Whoever may not give an answer may not waive it either, nor may anybody in their seat: nobody is let off by their own word.
fn may_waive(scene: &Scene<'_>, owed: &Obligation, by: &PersonId) -> Result<(), Refusal> {
    let (roles, people) = (&scene.may().waive_duty, &scene.world.people);
    let excluded = scene.case.excluded(owed);
    let in_own_seat = || roles.is_empty() || roles.iter().any(|role| people.members(role).contains(&by));
    let others = persons(people.seats(roles, &excluded));
    if !excluded.contains(by) && (in_own_seat() || others.contains(by)) {
        return Ok(());
    }
    let others = if others.is_empty() { scene.waiting_on(owed) } else { others };
    let others: Vec<String> = others.iter().map(|person| scene.name(person)).collect();
    let what = format!("waiving the {} of {}", owed.duty.noun(), scene.case.id);
    Err(Refusal::not_yours(what, "somebody who may answer it, too", &others))
}

pub fn contest(scene: &Scene<'_>, duty: Option<Duty>, says: &Attribution, reason: &str) -> Result<Ruling, Refusal> {
    let reason = text::text("the reason", reason)?;
    let breached = meant(scene, duty, Verb::Contest, |it| it.breach.is_some())?;
    let (number, duty) = (breached.number, breached.duty);
    let mut draft = scene.draft();
    let by = draft.person()?;
    let contest = Contest { by: by.clone(), says: says.clone(), reason: reason.clone() };
    draft.change(number, Change::Contested { contest });
    draft.tell_case(Telling::Contested { duty, by, says: says.clone(), reason });
    Ok(draft.done("the breach is contested: what you say stands beside it until somebody settles it"))
}

pub fn settle(scene: &Scene<'_>, duty: Option<Duty>, to: &Attribution, reason: &str) -> Result<Ruling, Refusal> {
    scene.require("settling whose breach it was", &scene.may().settle_attribution)?;
    let reason = text::text("the reason", reason)?;
    let breached = meant(scene, duty, Verb::Settle, |it| it.breach.is_some())?;
    let (number, duty) = (breached.number, breached.duty);
    let mut draft = scene.draft();
    let by = draft.person()?;
    let own = breached.breach.as_ref().and_then(|it| it.contested.as_ref()).is_some_and(|contest| contest.by == by);
    if own {
        return Err(Refusal::OnlyFor { case: scene.case.id, who: "somebody who didn't contest it".to_owned() });
    }
    draft.change(number, Change::Settled { by: by.clone(), to: to.clone(), reason: reason.clone() });
    draft.tell_case(Telling::Settled { duty, by, to: to.clone(), reason });
    Ok(draft.done("settled"))
}

/// The obligation that is meant: the one named, else the one that the asker owes, else the only one there.
fn meant<'c>(
    scene: &Scene<'c>,
    duty: Option<Duty>,
    verb: Verb,
    fits: impl Fn(&Obligation) -> bool,
) -> Result<&'c Obligation, Refusal> {
    let case = scene.case;
    let candidates: Vec<&Obligation> = case.obligations.iter().filter(|it| fits(it)).collect();
    if let Some(duty) = duty {
        let named = candidates.into_iter().rfind(|it| it.duty == duty);
        return named.ok_or_else(|| match verb {
            Verb::Contest | Verb::Settle => {
                let verb: &str = verb.into();
                Refusal::missing(format!(
                    "{} on {} isn't late, so there is nothing to {verb}.",
                    duty.the(),
                    scene.case.id
                ))
            }
            Verb::Resume => Refusal::missing(format!("the clock of {} on {} isn't paused.", duty.the(), scene.case.id)),
            Verb::Pause
            | Verb::Link
            | Verb::List
            | Verb::Note
            | Verb::Snooze
            | Verb::Status
            | Verb::Waive
            | Verb::Withdraw => Refusal::NothingOwed { case: scene.case.id, duty },
        });
    }
    let own = |it: &&&Obligation| scene.ask.by.person().is_some_and(|person| scene.may_answer(it, person));
    let owned: Vec<&&Obligation> = candidates.iter().filter(own).collect();
    match (owned.as_slice(), candidates.as_slice()) {
        ([one], _) => Ok(one),
        (_, [one]) => Ok(one),
        (_, []) => {
            Err(Refusal::missing(format!("there is nothing on {} that this could be meant for.", scene.case.id)))
        }
        (_, [first, ..]) => Err(Refusal::WhichDuty {
            case: scene.case.id,
            choices: text::list(candidates.iter().map(|it| it.duty)),
            example: verb.on(scene.case.id).with(format_args!("duty={}", first.duty)).with("…"),
        }),
    }
}
