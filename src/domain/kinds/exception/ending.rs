//! How an exception comes to its end: warned of it, expired, closed, withdrawn; and what a digest counts of it.

use super::control::suspend;
use super::granting::{control_owners, holders_of, release_clocks, told_once};
use super::review::tell_free;
use super::{Event, Exception, ExceptionState, FOLLOW_WITHIN, Stretch, Telling};
use crate::domain::every_case::wake::TimePassed;
use crate::domain::kinds::Counted;
use crate::domain::obligation::Holder;
use crate::domain::scene::Scene;
use crate::domain::{At, Body, Case, Draft, Duty, Label, PersonId, Refusal, Ruling, Span, text};

impl Exception {
    /// By whoever raised it, those who rule on it, and who answers for the control that is excepted from.
    pub(super) fn close(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if by != *self.answers_for() {
            let mut roles = self.class_of(scene)?.rules.clone();
            roles.extend(scene.world.policy.exceptions.control_owner.clone());
            scene.require(&format!("closing {}", scene.case.id), &roles)?;
        }
        let reason = text::text("what became of it", words)?;
        let mut draft = scene.draft();
        let was_in_force = super::in_force(self, scene.ask.at);
        draft.push(Event::Closed { by: by.clone(), text: reason.clone() });
        draft.meet(|it| matches!(it.duty, Duty::AnswerExpiry | Duty::CorrectException));
        draft.void("it was closed", |_| true);
        if was_in_force {
            release_clocks(&mut draft);
        }
        self.tell_over(&mut draft, ExceptionState::Closed, by, reason);
        Ok(draft.done(if was_in_force { "closed: it is not in force from now on" } else { "closed" }))
    }

    pub(super) fn withdraw(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if by != *self.answers_for() {
            scene.require("withdrawing somebody else's exception", &scene.may().waive_duty)?;
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Withdrawn { by: by.clone(), reason: reason.clone() });
        draft.void("it was withdrawn", |_| true);
        self.tell_over(&mut draft, ExceptionState::Withdrawn, by, reason);
        Ok(draft.done("withdrawn; nobody owes anything on it any more"))
    }

    fn tell_over(&self, draft: &mut Draft<'_>, state: ExceptionState, by: PersonId, reason: String) {
        let mut people = vec![self.answers_for().clone()];
        people.extend(holders_of(draft, self.grant().and_then(|grant| grant.control.as_ref())));
        told_once(draft, &mut people);
        draft.tell_case_and(&people, Telling::Over { state: Label::from(state.word()), by, reason }, Vec::new(), false);
    }

    /// Whoever hears of its end before it comes and when it has: whoever raised it, shows its control, or answers for what is
    /// excepted from.
    fn people_of_its_end(&self, draft: &Draft<'_>) -> Vec<PersonId> {
        let mut people = vec![self.answers_for().clone()];
        people.extend(holders_of(draft, self.grant().and_then(|grant| grant.control.as_ref())));
        people.extend(control_owners(draft));
        told_once(draft, &mut people);
        people
    }
}

/// Called at each wake: what passing time means for an exception.
pub(super) fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]) {
    end_of_lease(draft);
    let Body::Exception(exception) = &draft.case.body else { return };
    if exception.grant_that_runs().is_none() {
        return;
    }
    if exception.has_run_out(draft.at) {
        return expire(draft);
    }
    warn(draft);
    for it in passed {
        match it {
            TimePassed::Steps { before, passed } => {
                let missing = before.duty == Duty::ProveControl && passed.breach.is_some();
                let Body::Exception(exception) = &draft.case.body else { return };
                if missing && exception.state == ExceptionState::Granted {
                    suspend(draft, None);
                }
            }
            // Exceptions rely on no acknowledgement.
            TimePassed::Expired(_) => {}
        }
    }
}

fn end_of_lease(draft: &mut Draft<'_>) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let Some(lease) = exception.lease.clone().filter(|lease| lease.until <= draft.at) else { return };
    draft.push(Event::LeaseEnded { by: lease.by.clone() });
    tell_free(draft, lease.by, None, true);
}

/// Due and not yet said, whenever that is noticed: after downtime one warning, and not several.
fn warn(draft: &mut Draft<'_>) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let Some(grant) = exception.grant() else { return };
    let through = grant.warn.iter().filter(|at| **at <= draft.at).count() as u32;
    let (Some(until), true) = (grant.until, through > exception.warned) else { return };
    let people = exception.people_of_its_end(draft);
    let (raised_by, control) = (exception.raised_by.clone(), grant.control.clone());
    draft.push(Event::ExpiryNear { through });
    draft.tell_case_and(&people, Telling::ExpiryNear { until, raised_by, control }, Vec::new(), false);
}

/// Out of force, and somebody has to say what follows. It ended when that was agreed, also where the bot comes late with it.
fn expire(draft: &mut Draft<'_>) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let Some(until) = exception.grant().and_then(|grant| grant.until) else { return };
    let (answers, on, asked) = (exception.answers_for().clone(), exception.on, exception.renewal.is_some());
    let people = exception.people_of_its_end(draft);
    let class = draft.world.stamped.exceptions.classes.get(&exception.class);
    let at_end = class.filter(|class| on.is_some() && !class.pauses.is_empty()).map(|class| class.at_end);
    draft.push(Event::Expired { until });
    draft.void("it has expired", |it| it.duty == Duty::ProveControl);
    release_clocks(draft);
    // Whoever asked for a renewal in time has answered already: the ruling on that is owed.
    let number = match asked.then(|| draft.case.owed(Duty::RuleException).map(|owed| owed.number)).flatten() {
        Some(ruling) => ruling,
        None => draft.owe_anyway(Duty::AnswerExpiry, None, Holder::Person(answers), None, FOLLOW_WITHIN),
    };
    let (waiting, due) = (draft.waiting_on(number), draft.due_of(number));
    let telling = Telling::Expired { until, people: waiting, due, on: on.filter(|_| at_end.is_some()), at_end };
    draft.tell_news(&people, telling, vec![number], false);
}

/// What a digest counts of exceptions.
pub(super) const COUNTED: [&str; 7] = [ASKED, GRANTED, RENEWED, REFUSED, CORRECTED, EXPIRED, IN_FORCE];
const ASKED: &str = "asked";
const GRANTED: &str = "granted";
const RENEWED: &str = "renewed";
const REFUSED: &str = "refused";
const CORRECTED: &str = "corrected";
const EXPIRED: &str = "expired";
const IN_FORCE: &str = "in force";

/// What a digest counts of one exception, of the time from one moment up to another.
pub(super) fn counted(exception: &Exception, case: &Case, from: At, to: At) -> Vec<Counted> {
    let within = |at: At| from <= at && at < to;
    let times = |what: &'static str, times: u64| Counted { what, times, lasted: Span::ZERO };
    let once = |what: &'static str, it: bool| times(what, u64::from(it));
    let last = At(to.0 - 1);
    let ruled = |state| exception.state == state && exception.turned.as_ref().is_some_and(|turned| within(turned.at));
    let renewed = exception.grants.iter().skip(1).filter(|grant| within(grant.from)).count() as u64;
    let granted = exception.grants.first().is_some_and(|grant| within(grant.from));
    let expired = exception.expiries.iter().filter(|at| within(**at)).count() as u64;
    let lasted = exception.stretches.iter().map(|stretch| overlap(exception, stretch, from, to));
    let lasted = lasted.fold(Span::ZERO, |sum, one| sum + one);
    let stood =
        exception.stretches.iter().any(|it| it.from <= last && end_of(exception, it).is_none_or(|end| last < end));
    let all = [
        once(ASKED, within(case.opened)),
        once(GRANTED, granted),
        times(RENEWED, renewed),
        once(REFUSED, ruled(ExceptionState::Refused)),
        once(CORRECTED, ruled(ExceptionState::Corrected)),
        times(EXPIRED, expired),
        Counted { what: IN_FORCE, times: u64::from(stood), lasted },
    ];
    all.into_iter().filter(|it| it.times > 0 || it.lasted > Span::ZERO).collect()
}

/// When a stretch ended, or ends by what was agreed.
fn end_of(exception: &Exception, stretch: &Stretch) -> Option<At> {
    stretch.to.or_else(|| exception.grant().and_then(|grant| grant.until))
}

fn overlap(exception: &Exception, stretch: &Stretch, from: At, to: At) -> Span {
    let begin = stretch.from.max(from);
    let end = end_of(exception, stretch).map_or(to, |end| end.min(to));
    (end - begin).max(Span::ZERO)
}
