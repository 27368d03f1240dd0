//! The clocks of a case that an exception about it stops while it is in force.

use super::Telling;
use crate::domain::obligation::{Change, Obligation, State, Under};
use crate::domain::scene::Scene;
use crate::domain::{At, CaseId, Duty, PersonId, Ruling};

/// The exception came into force, or is in force for longer. What is late stays late.
pub(super) fn except(scene: &Scene<'_>, under: Under, by: Option<&PersonId>, duties: &[Duty], ends: At) -> Ruling {
    let mut draft = scene.draft();
    for number in stopped_by(scene, under.exception) {
        draft.resume(number);
    }
    let stops = |it: &&Obligation| duties.contains(&it.duty) && it.state() == State::Owed;
    let numbers: Vec<u32> = draft.case.obligations.iter().filter(stops).map(|it| it.number).collect();
    for number in &numbers {
        draft.change(*number, Change::Excepted { under, by: by.cloned(), ends });
    }
    let mut stopped: Vec<Duty> = Vec::new();
    for duty in numbers.iter().filter_map(|number| Some(draft.case.obligation(*number)?.duty)) {
        if !stopped.contains(&duty) {
            stopped.push(duty);
        }
    }
    if !stopped.is_empty() {
        draft.tell_case(Telling::Excepted { exception: under.exception, duties: stopped, ends });
    }
    draft.ruling
}

/// The exception is in force no more: what it had stopped goes on, or starts anew.
pub(super) fn except_no_more(scene: &Scene<'_>, exception: CaseId) -> Ruling {
    let mut draft = scene.draft();
    for number in stopped_by(scene, exception) {
        let Some(before) = draft.case.obligation(number).cloned() else { continue };
        draft.end_pause(number);
        let people = draft.waiting_on(number);
        let (duty, due, under) = (before.duty, draft.due_of(number), before.under());
        draft.tell_case_and(
            &people,
            Telling::Resumed { duty, by: None, due, under },
            vec![number],
            before.terms.urgent,
        );
    }
    draft.ruling
}

fn stopped_by(scene: &Scene<'_>, exception: CaseId) -> Vec<u32> {
    let stopped = |it: &&Obligation| it.under().is_some_and(|under| under.exception == exception);
    scene.case.obligations.iter().filter(stopped).map(|it| it.number).collect()
}
