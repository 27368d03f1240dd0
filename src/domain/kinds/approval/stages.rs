//! The stages of a path: how each is opened and told, whether it can be passed by the people there are, and what becomes of it
//! when the time is up.

use super::outcome::{conclude, tell_concluded};
use super::{Event, Outcome, Telling};
use crate::domain::bot::{self, slow_paths::SlowPath};
use crate::domain::every_case;
use crate::domain::obligation::{About, Change, Holder, Obligation, Passed};
use crate::domain::policy::{Path, PathStage, TimeIsUp};
use crate::domain::ruling::persons;
use crate::domain::{Body, Draft, Duty, Label, PersonId, RoleId, Then, text};

/// The role and those that may answer in its stead.
pub(super) fn stage_roles(stage: &PathStage) -> Vec<RoleId> {
    [&stage.role].into_iter().chain(&stage.alternatives).cloned().collect()
}

/// Opens the decision of a stage (counted from 0) on the terms that the path gives it. Returns its number.
pub(super) fn open_stage(draft: &mut Draft<'_>, path: &Path, stage: u32) -> u32 {
    let written = &path.stages[stage as usize];
    let about = match path.stages.len() {
        1 => written.role.to_string(),
        stages => format!("stage {} of {stages}: {}", stage + 1, written.role),
    };
    let terms = draft.stamp(&written.terms, written.quorum);
    draft.owe(Duty::Decide, Holder::Roles(stage_roles(written)), terms, Some(About::named(about)))
}

/// Tells the case and each of the people that they are asked to decide.
pub(super) fn tell_asked(draft: &mut Draft<'_>, path: &Path, number: u32) {
    let people = draft.waiting_on(number);
    let (Some(obligation), Body::Approval(approval)) = (draft.case.obligation(number), &draft.case.body) else {
        return;
    };
    let Some(role) = obligation.holder.role().cloned() else {
        return;
    };
    let telling = Telling::Asked {
        requester: approval.requester.clone(),
        revision: approval.revision,
        people: people.clone(),
        role,
        have: obligation.votes,
        need: obligation.terms.quorum,
        due: obligation.terms.due,
        stage: approval.stage + 1,
        stages: path.stages.len() as u32,
    };
    let urgent = obligation.terms.urgent;
    draft.tell_case_and(&people, telling, vec![number], urgent);
}

/// The sentence that a stage can't be passed by the people there are now, if that is so.
pub(super) fn short_handed(draft: &Draft<'_>, path: &Path, stage: usize) -> Option<String> {
    let Body::Approval(approval) = &draft.case.body else {
        return None;
    };
    let stage = path.stages.get(stage)?;
    let holder = Holder::Roles(stage_roles(stage));
    let people = persons(draft.world.people.holders(&holder, &approval.may_not_decide()));
    if people.len() >= stage.quorum as usize {
        return None;
    }
    let can = match people.as_slice() {
        [] => "nobody now can give one".to_owned(),
        [one] => format!("only {} can give one now", draft.world.policy.name_of(one)),
        several => format!("only {} people can give one now", several.len()),
    };
    let needed = match stage.quorum {
        1 => "one answer is".to_owned(),
        quorum => format!("{quorum} answers are"),
    };
    Some(format!(
        "Add somebody to {}, or set a deputy: {needed} needed and {can}, since nobody decides on their own request or twice.",
        stage.role
    ))
}

pub(super) fn say_short(draft: &mut Draft<'_>, short: &str) {
    let (state, text) = (Label::from("requested"), short.to_owned());
    draft.tell_case(every_case::Telling::State { state, over: false, by: None, text });
}

/// Called when steps of one of the case's obligations have passed; `before` is the obligation as it was. What a missed
/// deadline means for the request is the path's to say.
pub(super) fn time_is_up(draft: &mut Draft<'_>, before: &Obligation, passed: &Passed) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    if before.duty != Duty::Decide || passed.breach.is_none() || approval.outcome.is_some() {
        return;
    }
    let (requester, stage) = (approval.requester.clone(), approval.stage);
    let needs_a_word = approval.needs_a_word();
    let held = approval.held_by(&draft.case, draft.world, draft.at).cloned();
    let Some(path) = draft.world.stamped.paths.get(&approval.path) else {
        return;
    };
    match &path.when_time_is_up {
        TimeIsUp::Hold => {}
        TimeIsUp::Lapse => {
            let due = text::moment_utc(before.terms.due);
            let who = match before.votes {
                0 => "nobody had answered".to_owned(),
                have => format!("only {have} of {} had answered", before.terms.quorum),
            };
            let reason = format!("{who} by {due}");
            conclude(draft, Outcome::Lapsed, None, Some(reason), "lapsed");
            tell_concluded(draft, &[requester], false);
        }
        TimeIsUp::Widen(role) => widen(draft, before, role),
        // Nobody's silence puts a workflow into production, or destroys anything.
        TimeIsUp::Approve if needs_a_word => {}
        TimeIsUp::Approve => {
            let silent = draft.waiting_on(before.number);
            let reason = match before.votes {
                0 => "nobody answered in time, and the policy says that silence approves",
                _ => "not enough people answered in time, and the policy says that silence approves",
            };
            if path.stages.len() > stage as usize + 1 {
                // Silence answers for those who were silent, not for the people of the stages after them.
                draft.void(reason, |it| matches!(it.duty, Duty::Decide | Duty::AnswerQuestion));
                draft.push(Event::StagePassed { stage });
                let number = open_stage(draft, path, stage + 1);
                tell_asked(draft, path, number);
                return;
            }
            if let Some(freeze) = held {
                let (state, text) = (Label::from("held"), freeze.reason);
                draft.tell_case(every_case::Telling::State { state, over: false, by: None, text });
                return;
            }
            let reason = reason.to_owned();
            conclude(draft, Outcome::Approved, None, Some(reason), "silence approved it");
            let mut people = vec![requester];
            people.extend(silent);
            tell_concluded(draft, &people, true);
        }
    }
}

pub(super) fn widen(draft: &mut Draft<'_>, before: &Obligation, role: &RoleId) {
    let number = before.number;
    if matches!(&before.holder, Holder::Roles(roles) if roles.contains(role)) {
        return;
    }
    draft.change(number, Change::Widened { to: role.clone() });
    let Some(wider) = draft.case.obligation(number).cloned() else {
        return;
    };
    // They are told here, so they are not to be told again as people whom the duty has moved to.
    let now = persons(draft.case.holders(&wider, &draft.world.people));
    let people: Vec<PersonId> = now.iter().filter(|it| !wider.held_by.contains(it)).cloned().collect();
    if now != wider.held_by {
        let delegations = draft.world.people.delegations_of(&wider.holder);
        draft.change(number, Change::Moved { from: wider.held_by.clone(), to: now, delegations });
    }
    let revision = draft.case.bound_to(Duty::Decide).unwrap_or(1);
    let telling = Telling::Widened { revision, role: role.clone(), people: people.clone() };
    draft.tell_case_and(&people, telling, vec![number], wider.terms.urgent);
}

/// Called at each wake: a request that is pending too long is a risk in itself, told once.
pub(super) fn look_for_slowness(draft: &mut Draft<'_>) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    if approval.slow_at().is_none_or(|at| at > draft.at) {
        return;
    }
    let path = approval.path.clone();
    let pending = draft.at - draft.case.opened;
    draft.push(Event::FoundSlow { pending });
    draft.tell_case(Telling::Slow { pending });
    let rule = draft.world.stamped.paths.get(&path).and_then(|path| path.bottleneck);
    if let Some((rule, limit)) = rule.and_then(|rule| Some((rule, rule.pending_over?))) {
        let case = draft.case.id;
        let because = format!("{case} has been pending for {pending}; the policy's limit on path {path} is {limit}.");
        let workflow = draft.case.workflow.clone();
        draft.then(Then::Bot(bot::Command::NoteSlowPath(SlowPath {
            path,
            workflow,
            severity: rule.severity,
            because,
        })));
    }
}
