//! What can be wanted of a rollback. Whether it is possible is in [`super::rules`].

use super::{Change, Command, Drill, Flight, Opening, Outcome, Plan, Rollback, Verb, Version};
use crate::domain::act::{Act, words};
use crate::domain::every_case;
use crate::domain::kinds::Seal;
use crate::domain::policy::Way;
use crate::domain::scene::Scene;
use crate::domain::{RollbackDuty, Span, SystemId, WorkflowId};

pub(super) fn acts(rollback: &Rollback, scene: &Scene<'_>) -> Vec<Act> {
    use Command as C;
    let now = scene.ask.at;
    let (revision, step) = (Some(rollback.revision), rollback.next_step().map(|(number, _)| number));
    let version = || Version { name: words(), digest: None };
    let plan = Plan {
        drill: Drill { text: None, announced: true },
        way: Way::RollBack,
        from: version(),
        to: Version { digest: Some(words()), ..version() },
        reason: None,
    };
    let mut acts = vec![
        Act::of(Verb::Plan, C::Plan(plan)),
        Act::of(Verb::Done, C::StepDone { step, text: None }).bound_to(step),
        Act::of(Verb::Blocked, C::StepBlocked { step, reason: words() }).bound_to(step),
        Act::of(Verb::AgreePoint, C::AgreePoint { step, reason: words() }).bound_to(step),
        Act::of(Verb::Authorise, C::Authorise { reason: words(), revision }).bound_to(revision),
        Act::of(Verb::Deny, C::Refuse { reason: words(), revision }).bound_to(revision),
        Act::of(Verb::Go, C::Go { go: true, reason: None, revision }).bound_to(revision),
        Act::of(Verb::NoGo, C::Go { go: false, reason: Some(words()), revision }).bound_to(revision),
    ];
    let tick = |criterion| Act::of(Verb::Tick, C::Tick { criterion, met: true, text: None }).with(criterion);
    acts.extend(rollback.criteria_open().map(tick));
    let compare = |way: Way| {
        let compare = C::Compare { way, decides: None, takes: None, undone: None, reason: words() };
        Act::of(Verb::Compare, compare).with(way.word())
    };
    acts.extend(rollback.ways_open().map(compare));
    acts.extend([
        Act::of(Verb::Start, C::Start { sealed: Seal::tried(), revision }).bound_to(revision),
        Act::of(Verb::AlterAnyway, C::AlterAnyway { reason: words() }),
        Act::of(Verb::InFlight, C::InFlight { flight: Flight::Stopped, text: words() }),
    ]);
    for owed in scene.case.open_obligations() {
        let system = owed.about.as_ref().map(|about| SystemId::from(about.text()));
        let with = owed.about.as_ref().map(|about| about.text().to_owned()).unwrap_or_default();
        match owed.duty.of_rollback() {
            Some(RollbackDuty::ConfirmDownstream) => {
                acts.push(Act::of(Verb::Downstream, C::Downstream { system, goes_on: true, text: words() }).with(with));
            }
            Some(RollbackDuty::AnswerLookBack) => {
                acts.push(Act::of(Verb::LookedAt, C::LookedAt { system, text: words() }).with(with));
            }
            Some(
                RollbackDuty::AuthoriseRollback
                | RollbackDuty::SayGo
                | RollbackDuty::StartRollback
                | RollbackDuty::AnswerNoGo
                | RollbackDuty::AgreePoint
                | RollbackDuty::DoStep
                | RollbackDuty::AnswerInFlight
                | RollbackDuty::LookBack
                | RollbackDuty::ConfirmSource
                | RollbackDuty::HoldDrill
                | RollbackDuty::CloseGap
                | RollbackDuty::ConfirmRollback,
            )
            | None => {}
        }
    }
    let closed = |number| Act::of(Verb::GapClosed, C::GapClosed { number, text: words() }).with(number);
    acts.extend(rollback.gaps.iter().filter(|gap| gap.closed.is_none()).map(|gap| closed(gap.number)));
    if let Some(by) = scene.ask.by.person() {
        let gap = C::Gap { assignee: by.clone(), due: now + Span::days(1), text: words() };
        acts.push(Act::of(Verb::Gap, gap));
    }
    let other = Change { name: Some(words()), digest: None };
    acts.extend([
        Act::of(Verb::LookBack, C::LookBack { from: now - Span::minutes(1), to: now, count: 0, text: words() }),
        Act::of(Verb::Source, C::ConfirmSource { clean: true, text: words() }),
        Act::of(Verb::Confirm, C::Confirm { outcome: Outcome::Recovered, text: words() }),
        Act::of(Verb::Confirm, C::Confirm { outcome: Outcome::Failed, text: words() }).with(Outcome::Failed.word()),
        Act::of(Verb::Again, C::TryAgain { held: true, text: words() }),
        Act::of(Verb::Skip, C::StepSkipped { step, reason: words() }).bound_to(step),
        Act::of(Verb::Retarget, C::Retarget { way: None, from: Change::default(), to: other, reason: words() }),
        Act::of(every_case::Verb::Withdraw, C::Abandon { reason: words() }),
    ]);
    acts
}

pub(super) fn example(workflow: &WorkflowId) -> Opening {
    let version = |name: &str| Version { name: name.to_owned(), digest: None };
    Opening {
        workflow: workflow.clone(),
        title: words(),
        drill: None,
        way: Way::RollBack,
        from: version("…"),
        to: version("… before"),
        reason: None,
        on: None,
        restricted: false,
        due: None,
    }
}
