//! The rulebook: how an approval is asked for, and what can be asked of it before and after its end. What each step needs and
//! does is in the modules beside this one.

use super::records::Taken;
use super::stages::{open_stage, say_short, short_handed, stage_roles, tell_asked};
use super::{Approval, Command, Event, Opening, Requested, Wanted, action, promotion, records, sha256_of};
use crate::domain::kinds::Began;
use crate::domain::line::{Sentence, say};
use crate::domain::obligation::Holder;
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{Ask, Body, CaseId, Draft, Refusal, Ruling, World, every_case, text};

/// Opens a request with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn open(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = world.asker(ask)?;
    let act = match &wanted.wanted {
        Wanted::Records(act) => Some(act),
        Wanted::Action { .. } | Wanted::Promotion => {
            world.require(
                "asking for an approval",
                &world.policy.may_in(&wanted.workflow).request_approval,
                &ask.by,
            )?;
            None
        }
    };
    let workflow = world.workflow(&wanted.workflow)?;
    let named = match &wanted.wanted {
        Wanted::Action { path, .. } => path.as_ref(),
        Wanted::Promotion => promotion::path(&wanted.workflow, workflow, world)?,
        Wanted::Records(act) => records::path(act, ask, world)?,
    };
    let named = named.or(workflow.path.as_ref());
    let named = named.ok_or_else(|| Refusal::NoPath(wanted.workflow.to_string()))?;
    let Some(path) = world.stamped.paths.get(named).filter(|path| !path.stages.is_empty()) else {
        let known = world.stamped.paths.keys().map(|it| it.as_str());
        let hint = did_you_mean(named.as_str(), known);
        return Err(Refusal::missing(format!(
            "there is no approval path {} in the policy.{hint}",
            quoted(named.as_str())
        )));
    };
    let title = text::title(&wanted.title, || match act {
        None => "say in one line what is to be approved: the title is missing.".into(),
        Some(_) => "say in one line why: the reason is missing.".into(),
    })?;
    let act = act.cloned().map(|act| act.because(&title));
    let title = act.as_ref().map_or(title, records::title);
    let (action, promotes) = match &wanted.wanted {
        Wanted::Action { action: raw, .. } => (action(raw)?, false),
        Wanted::Promotion => (promotion::action(&wanted.workflow), true),
        Wanted::Records(act) => (records::action(act), false),
    };

    let began = Began {
        by: Some(by.clone()),
        workflow: wanted.workflow.clone(),
        homes: workflow.channels.clone(),
        announced: Vec::new(),
        policy: world.policy.hash.clone(),
        title,
        restricted: false,
        converted: None,
        from: None,
    };
    let requested = Requested {
        began,
        action_sha256: sha256_of(&action),
        action,
        path: named.clone(),
        promotes,
        records: act.clone(),
        slow_at: path.bottleneck.and_then(|it| it.pending_over).map(|pending| ask.at + pending),
        watch: path.queue.map(|rule| rule.windows),
    };
    let mut draft = Draft::begin(id, Event::Requested(Box::new(requested)).into(), ask, world)
        .expect("an approval begins with Requested");
    let number = open_stage(&mut draft, path, 0);
    records::owe(&mut draft, Holder::Roles(stage_roles(&path.stages[0])));
    tell_asked(&mut draft, path, number);
    // Nobody is turned away for it: who answers may change while the request is open. But it is said at once.
    let short =
        (0..path.stages.len()).filter_map(|stage| short_handed(&draft, path, stage)).collect::<Vec<_>>().join(" ");
    if !short.is_empty() {
        say_short(&mut draft, &short);
    }
    let due = draft.case.obligation(number).map_or(ask.at, |it| it.terms.due);
    let names = world.names(&draft.waiting_on(number));
    let when = world.moment(due, ask);
    let short = if short.is_empty() { short } else { format!("{short} ") };
    let lacks = if promotes { promotion::said(world, &wanted.workflow, ask.at) } else { Sentence::default() };
    let held = match &draft.case.body {
        Body::Approval(approval) => approval.said_of_a_freeze(&draft.case, world, ask.at, |at| world.moment(at, ask)),
        Body::Incident(_) | Body::Exception(_) | Body::Handoff(_) | Body::Rollback(_) => String::new(),
    };
    let kept = act.as_ref().map(|act| records::said(act, ask.at, world)).unwrap_or_default();
    Ok(draft.done(say![
        format!("requested; {names} decides by {when}. {held}"),
        lacks,
        kept,
        format!("{short}{}", every_case::PUBLIC)
    ]))
}

/// What can be asked before its end, and what after it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(approval: &Approval, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    match (&approval.outcome, command) {
        (_, Command::ReviewBreakGlass { text }) => approval.review_break_glass(scene, text),
        (_, Command::EraseNow) => approval.erase_now(scene),
        (_, Command::CarryOut { entries, files, extent, cases, readable }) => {
            let taken = Taken { entries, files: *files, extent, cases, readable: *readable };
            approval.carry_out(scene, &taken)
        }

        (None, Command::Approve { reason, revision }) => approval.approve(scene, reason.as_deref(), *revision),
        (None, Command::Decline { reason, revision }) => approval.decline(scene, reason, *revision),
        (None, Command::TakeBack) => approval.take_back(scene),
        (None, Command::Amend { action }) => approval.amend(scene, action),
        (None, Command::AskRequester { question }) => approval.ask_requester(scene, question),
        (None, Command::AnswerQuestion { text }) => approval.answer_question(scene, text),
        (None, Command::Withdraw { reason }) => approval.withdraw(scene, reason),
        (None, Command::Supersede { by }) => approval.supersede(scene, *by),
        (None, Command::BreakGlass { reason }) => approval.break_glass(scene, reason),

        (
            Some(outcome),
            Command::Approve { .. }
            | Command::Decline { .. }
            | Command::TakeBack
            | Command::Amend { .. }
            | Command::AskRequester { .. }
            | Command::AnswerQuestion { .. }
            | Command::Withdraw { .. }
            | Command::Supersede { .. }
            | Command::BreakGlass { .. },
        ) => Err(approval.ended(scene, outcome)),
    }
}
