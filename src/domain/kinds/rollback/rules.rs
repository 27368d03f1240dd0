//! The rulebook: how a rollback is proposed, and which step is possible in which state. What a step needs and does is in the
//! modules beside this one.

use super::authorising::{ask_to_authorise, note_instead};
use super::drills::open_due;
use super::{Command, Event, Opening, Proposed, Rollback, RollbackState, Verb, Version};
use crate::domain::kinds::Began;
use crate::domain::line::{Named, Sentence, say};
use crate::domain::obligation::Holder;
use crate::domain::policy::{Channel, RollbackRule, Way};
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::text::quoted;
use crate::domain::{Ask, Body, CaseId, CaseKind, Draft, Duty, Refusal, Ruling, WorkflowId, World, every_case, text};

/// What a drill's title begins with, so that every line about it says so.
pub(super) const DRILL: &str = "DRILL: ";

/// Proposes a rollback with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn open(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    if let Some(due) = wanted.due {
        let workflow = world.workflow(&wanted.workflow)?;
        let rule = known_rule(&wanted.workflow, world)?;
        return open_due(id, due, (&wanted.workflow, workflow), rule, (ask, world));
    }
    let by = world.asker(ask)?;
    let what = if wanted.drill.is_some() { "calling a drill" } else { "proposing a rollback" };
    world.require(what, &world.policy.may_in(&wanted.workflow).propose_rollback, &ask.by)?;
    let workflow = world.workflow(&wanted.workflow)?;
    let rule = known_rule(&wanted.workflow, world)?.clone();
    has_steps(&rule, wanted.way, &wanted.workflow)?;
    let title = text::title(&wanted.title, || {
        let example = Verb::Propose.of(CaseKind::Rollback).with(&wanted.workflow).with("from=v7").with("to=v6");
        say!["say in one line what is wrong, as in ", example.with("…"), ": the title is missing."]
    })?;
    are_versions(&wanted.from, &wanted.to)?;
    if wanted.on.is_some_and(|on| on.kind == CaseKind::Rollback) {
        return Err(Refusal::missing(
            "name an incident or an approval: a rollback isn't about another one.".to_owned(),
        ));
    }
    let reason = wanted.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map_or_else(|| Ok(title.clone()), |reason| text::text("why it is needed", reason))?;
    let title = if wanted.drill.is_some() { format!("{DRILL}{title}") } else { title };
    let homes = match wanted.restricted {
        true => restricted_homes(id, &workflow.channels),
        false => workflow.channels.clone(),
    };
    let began = Began {
        by: Some(by),
        workflow: wanted.workflow.clone(),
        homes,
        announced: Vec::new(),
        policy: world.policy.hash.clone(),
        title,
        restricted: wanted.restricted,
        converted: None,
        from: None,
    };
    let proposed = Proposed {
        began,
        drill: wanted.drill.clone(),
        way: wanted.way,
        from: wanted.from.clone(),
        to: wanted.to.clone(),
        reason,
        on: wanted.on,
        rule,
    };
    let mut draft = Draft::begin(id, Event::Proposed(Box::new(proposed)).into(), ask, world)
        .expect("a rollback begins with Proposed");
    let number = ask_to_authorise(&mut draft);
    let (names, due) = (world.names(&draft.waiting_on(number)), world.moment(draft.due_of(number), ask));
    let called = if wanted.drill.is_some() { "a drill is called" } else { "proposed" };
    let seen = if wanted.restricted { "Restricted: only its people see it" } else { every_case::PUBLIC };
    let named = world.releases.under_way(&wanted.workflow).filter(|(_, stands)| !stands.restricted);
    let others: Vec<CaseId> = named.map(|(id, _)| id).filter(|_| wanted.drill.is_none()).collect();
    let beside = match others.as_slice() {
        [] => String::new(),
        [one] => format!(". {one} is under way on {} already", wanted.workflow),
        several => format!(". {} are under way on {} already", text::list(several.iter()), wanted.workflow),
    };
    if let Body::Rollback(rollback) = &draft.case.body {
        let rollback = rollback.clone();
        rollback.tell_what_it_is_about(&mut draft, "is proposed");
    }
    Ok(draft.done(format!("{called}; {names} authorises by {due}. {seen}{beside}")))
}

/// Its own channel on each platform that the workflow lives on.
fn restricted_homes(id: CaseId, channels: &[Channel]) -> Vec<Channel> {
    let mut homes: Vec<Channel> = Vec::new();
    for channel in channels {
        let own = Channel::own(&channel.platform, id);
        if !homes.contains(&own) {
            homes.push(own);
        }
    }
    homes
}

/// It goes from one to another.
pub(super) fn are_versions(from: &Version, to: &Version) -> Result<(), Refusal> {
    is_a_version(from, "from")?;
    is_a_version(to, "to")?;
    match from == to {
        true => Err(Refusal::missing(format!(
            "name two versions, or the same with two digests: it goes from {} to itself.",
            quoted(&from.name)
        ))),
        false => Ok(()),
    }
}

/// Whoever stays does nothing; every other way out is made of steps.
pub(super) fn has_steps(rule: &RollbackRule, way: Way, workflow: &WorkflowId) -> Result<(), Refusal> {
    if way == Way::Stay || rule.steps_of(way).next().is_some() {
        return Ok(());
    }
    let others = Way::ALL.into_iter().filter(|it| rule.steps_of(*it).next().is_some());
    Err(Refusal::missing(format!(
        "take another way out ({}), or ask an operator to write steps with `way = \"{}\"` under `[[rollback.{workflow}.steps]]`: the \
         policy has none for it, so nobody would do anything.",
        text::or(others.map(Way::word)),
        way.word(),
    )))
}

fn is_a_version(version: &Version, which: &str) -> Result<(), Refusal> {
    let fits = |text: &str| text.chars().count() <= 100 && !text.trim().is_empty();
    if fits(&version.name) && version.digest.as_deref().is_none_or(fits) {
        return Ok(());
    }
    Err(Refusal::missing(format!("name the version as `{which}=…`, in 100 characters at most.")))
}

/// # Errors
/// [`Refusal::Missing`]: the policy doesn't say how this workflow goes back.
fn known_rule<'a>(workflow: &WorkflowId, world: &World<'a>) -> Result<&'a RollbackRule, Refusal> {
    world.policy.rollbacks.get(workflow).ok_or_else(|| {
        Refusal::missing(format!(
            "ask an operator to define how {workflow} goes back, under `[rollback.{workflow}]`: this policy doesn't say who \
             authorises it."
        ))
    })
}

/// Which step is possible in which state.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(rollback: &Rollback, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    use Command as C;
    use RollbackState::{Abandoned, Authorised, Confirmed, Due, Proposed, Refused, Running};
    match (rollback.state, command) {
        (Due, C::Plan(plan)) => rollback.plan(scene, plan),
        (Due, C::DrillHeld { case }) => rollback.drill_held(scene, *case),
        // Somebody has begun with it, and it goes on by itself.
        (Proposed | Authorised | Running | Refused | Confirmed | Abandoned, C::DrillHeld { .. }) => {
            Ok(scene.draft().ruling)
        }
        (Running | Confirmed | Abandoned, C::Gap { assignee, due, text }) => rollback.gap(scene, assignee, *due, text),
        (Running | Confirmed | Abandoned, C::GapClosed { number, text }) => rollback.gap_closed(scene, *number, text),
        (Running | Confirmed | Abandoned, C::TryAgain { held, text }) => rollback.try_again(scene, *held, text),
        (Proposed, C::Tick { criterion, met, text }) => rollback.tick(scene, *criterion, *met, text.as_deref()),
        (Proposed | Authorised, C::Compare { .. }) => rollback.compare(scene, command),
        (Proposed | Authorised, C::Retarget { way, from, to, reason }) => {
            rollback.retarget(scene, *way, (from, to), reason)
        }
        (Proposed | Authorised, C::Go { go, reason, revision }) => {
            rollback.say_go(scene, *go, reason.as_deref(), *revision)
        }
        (Proposed, C::Authorise { reason, revision }) => rollback.authorise(scene, reason, *revision),
        (Proposed, C::Refuse { reason, revision }) => rollback.refuse(scene, reason, *revision),
        (Proposed | Authorised | Running, C::AlterAnyway { reason }) => rollback.alter_anyway(scene, reason),
        (Authorised, C::Start { sealed, revision }) => rollback.start(scene, sealed, *revision),
        (Proposed, C::Start { .. }) => {
            let owed = scene.case.owed(Duty::AuthoriseRollback);
            let names = scene.names(&owed.map(|owed| scene.waiting_on(owed)).unwrap_or_default());
            Err(Refusal::missing(say![
                format!("ask {names} for "),
                Verb::Authorise.on(scene.case.id).with("…"),
                ": nobody has authorised it."
            ]))
        }

        (Running, C::AgreePoint { step, reason }) => rollback.agree_point(scene, *step, reason),
        (Running, C::StepDone { step, text }) => rollback.step_done(scene, *step, text.as_deref()),
        (Running, C::StepBlocked { step, reason }) => rollback.step_blocked(scene, *step, reason),
        (Running, C::StepSkipped { step, reason }) => rollback.step_skipped(scene, *step, reason),
        (Running | Confirmed | Abandoned, C::MachineSaid { step, round, called }) => {
            rollback.machine_said(scene, *step, *round, called)
        }
        (Running, C::CallAgain) => rollback.call_again(scene),
        // What was altered is answered for, also where it failed or was abandoned on the way.
        (Running | Confirmed | Abandoned, C::Downstream { system, goes_on, text }) => {
            rollback.downstream(scene, system.as_ref(), *goes_on, text)
        }
        (Running | Confirmed | Abandoned, C::InFlight { flight, text }) => rollback.in_flight(scene, *flight, text),
        (Running | Confirmed | Abandoned, C::LookBack { from, to, count, text }) => {
            rollback.look_back(scene, (*from, *to), *count, text)
        }
        (Running | Confirmed | Abandoned, C::LookedAt { system, text }) => {
            rollback.looked_at(scene, system.as_ref(), text)
        }
        (Running | Confirmed | Abandoned, C::ConfirmSource { clean, text }) => {
            rollback.confirm_source(scene, *clean, text)
        }
        (Running, C::Confirm { outcome, text }) => rollback.confirm(scene, *outcome, text),
        (Due | Proposed | Authorised | Running, C::Abandon { reason }) => rollback.abandon(scene, reason),

        (
            Due,
            C::Gap { .. }
            | C::MachineSaid { .. }
            | C::CallAgain
            | C::GapClosed { .. }
            | C::TryAgain { .. }
            | C::Tick { .. }
            | C::Compare { .. }
            | C::Retarget { .. }
            | C::Go { .. }
            | C::Authorise { .. }
            | C::Refuse { .. }
            | C::AlterAnyway { .. }
            | C::Start { .. }
            | C::AgreePoint { .. }
            | C::StepDone { .. }
            | C::StepBlocked { .. }
            | C::StepSkipped { .. }
            | C::Downstream { .. }
            | C::InFlight { .. }
            | C::LookBack { .. }
            | C::LookedAt { .. }
            | C::ConfirmSource { .. }
            | C::Confirm { .. },
        ) => {
            let plan = Verb::Plan.on(scene.case.id).with("from=…").with("to=…");
            Err(Refusal::missing(say![
                "say first what is drilled: ",
                plan,
                ". The drill is due, and no more is known yet."
            ]))
        }
        (Proposed | Authorised | Running, C::Plan(_)) => {
            let retarget = Verb::Retarget.on(scene.case.id).with("…");
            Err(rollback.already(scene, say![retarget, " changes what it goes to, as long as it doesn't run."]))
        }
        (
            Proposed | Authorised,
            C::Gap { .. }
            | C::GapClosed { .. }
            | C::TryAgain { .. }
            | C::AgreePoint { .. }
            | C::StepDone { .. }
            | C::StepBlocked { .. }
            | C::StepSkipped { .. }
            | C::MachineSaid { .. }
            | C::CallAgain
            | C::Downstream { .. }
            | C::InFlight { .. }
            | C::LookBack { .. }
            | C::LookedAt { .. }
            | C::ConfirmSource { .. }
            | C::Confirm { .. },
        ) => Err(Refusal::missing(say![
            "start it first: ",
            Verb::Start.on(scene.case.id),
            format!(". {} isn't running.", scene.case.id)
        ])),

        (Authorised, C::Tick { .. } | C::Authorise { .. } | C::Refuse { .. }) => {
            let retarget = Verb::Retarget.on(scene.case.id).with("…");
            let abandon = every_case::Verb::Withdraw.on(scene.case.id).with("why");
            Err(rollback.already(scene, say![retarget, " voids that, ", abandon, " ends it."]))
        }
        (
            Running,
            C::Tick { .. }
            | C::Compare { .. }
            | C::Retarget { .. }
            | C::Go { .. }
            | C::Authorise { .. }
            | C::Refuse { .. }
            | C::Start { .. },
        ) => {
            let abandon = every_case::Verb::Withdraw.on(scene.case.id).with("why");
            let status = every_case::Verb::Status.on(scene.case.id);
            let authorise = &rollback.rule.authorise;
            let whose = match scene.world.allows(authorise, &scene.ask.by) {
                true => String::new(),
                false => {
                    let names = persons(scene.world.people.holders(&Holder::Roles(authorise.clone()), &[]));
                    format!("for {}, ", scene.names(&names))
                }
            };
            Err(rollback.already(
                scene,
                say![status, format!(" shows what comes next; {whose}"), abandon, " ends it on the way."],
            ))
        }
        (
            Refused,
            C::Gap { .. }
            | C::GapClosed { .. }
            | C::TryAgain { .. }
            | C::Downstream { .. }
            | C::InFlight { .. }
            | C::LookBack { .. }
            | C::LookedAt { .. }
            | C::ConfirmSource { .. }
            | C::MachineSaid { .. },
        )
        | (
            Refused | Confirmed | Abandoned,
            C::Plan(_)
            | C::Tick { .. }
            | C::Compare { .. }
            | C::Retarget { .. }
            | C::Go { .. }
            | C::Authorise { .. }
            | C::Refuse { .. }
            | C::AlterAnyway { .. }
            | C::Start { .. }
            | C::AgreePoint { .. }
            | C::StepDone { .. }
            | C::StepBlocked { .. }
            | C::StepSkipped { .. }
            | C::CallAgain
            | C::Confirm { .. }
            | C::Abandon { .. },
        ) => {
            let propose = Verb::Propose.of(CaseKind::Rollback).with(&scene.case.workflow).with("…");
            Err(rollback.already(scene, say![propose, " proposes another; ", note_instead(scene)]))
        }
    }
}

impl Rollback {
    /// It has come further already: by whom, and when.
    fn already(&self, scene: &Scene<'_>, instead: Sentence) -> Refusal {
        let last = match self.state {
            RollbackState::Authorised => self.authorised.as_ref(),
            RollbackState::Running => self.started.as_ref(),
            RollbackState::Refused | RollbackState::Confirmed | RollbackState::Abandoned => self.ended.as_ref(),
            RollbackState::Due | RollbackState::Proposed => None,
        };
        let since = last.map(|word| {
            let when = scene.moment(word.at);
            match &word.by {
                Some(by) => format!(" ({}, {when})", scene.name(by)),
                None => format!(" ({when})"),
            }
        });
        let state = self.state_word().to_owned();
        Refusal::WrongState { case: scene.case.id, state, since: since.unwrap_or_default(), instead }
    }
}
