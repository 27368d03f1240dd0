//! The rulebook: how an incident is opened, and which step is possible in which state. What a step needs and does is in the
//! modules beside this one.

use super::clocks::{follow_the_law, watched};
use super::{
    Command, Event, Incident, IncidentState, KnownMoment, NEW_STAMPS_AHEAD, NEW_STAMPS_WITHIN, Opened, Opening,
    Telling, Verb, Which,
};
use crate::domain::kinds::Began;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Terms};
use crate::domain::policy::{Channel, Workflow};
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{
    Ask, At, Body, CaseId, CaseKind, ClassId, Draft, Duty, PersonId, Refusal, Ruling, Severity, WorkflowId, World,
    every_case, text,
};

/// Who sees a case whose own channel people talked in before.
const CONVERTED: &str = "This channel becomes its own until it is over, and what was said here in the last day is kept with it; \
                         where the channel is private, invite the bot first. Public: everybody in the workflow's channels sees it, too";

/// Who sees a case that isn't [`every_case::PUBLIC`].
const RESTRICTED: &str = "Restricted: only its people see it";

/// Opens an incident with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn open(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    if ask.by.person().is_some() {
        world.asker(ask)?;
    }
    world.require("opening an incident", &world.policy.may_in(&wanted.workflow).open_incident, &ask.by)?;
    let workflow = world.workflow(&wanted.workflow)?;
    if wanted.restricted {
        may_be_restricted(
            workflow,
            &wanted.workflow,
            "so nothing was opened. Open it without “restricted” if everybody in its channels may read it",
        )?;
    }
    if let Some(channel) = &wanted.converts {
        may_be_converted(channel, wanted, world)?;
    }
    let title = text::title(&wanted.title, || {
        let example = Verb::Open.of(CaseKind::Incident).with(&wanted.workflow);
        let example = example.with("scores drift for new customers");
        say!["say in a few words what is wrong, as in ", example, ": the title is missing."]
    })?;
    known_class(wanted.class.as_ref(), wanted.technical, world)?;
    let told = [wanted.occurred, wanted.detected, wanted.aware];
    let known = Which::ALL.into_iter().zip(told).filter_map(|(which, at)| Some(KnownMoment { which, at: at? }));
    let moments: Vec<KnownMoment> = known.collect();
    if let Some(future) = moments.iter().find(|known| known.at > ask.at) {
        return Err(Refusal::Future(future.at));
    }
    let began = Began {
        by: ask.by.person().cloned(),
        workflow: wanted.workflow.clone(),
        homes: homes(id, wanted.restricted, workflow, wanted.converts.as_ref()),
        announced: announced(wanted.restricted, world),
        policy: world.policy.hash.clone(),
        title,
        restricted: wanted.restricted,
        converted: wanted.converts.clone(),
        from: wanted.from.clone(),
    };
    let opened = Opened {
        began,
        severity: wanted.severity,
        technical: wanted.technical,
        class: wanted.class.clone(),
        nature: wanted.nature,
        impact: wanted.impact,
        moments,
        because: wanted.because.as_deref().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned),
        queue: wanted.queue.clone(),
        stamps_end: wanted.stamps_end,
        // No law asks for a report on stamps that end.
        regimes: match wanted.stamps_end {
            Some(_) => Vec::new(),
            None => watched(world, &wanted.workflow),
        },
    };
    let because = opened.because.clone();
    let seen_by = match (wanted.restricted, &wanted.converts) {
        (true, _) => RESTRICTED,
        (false, None) => every_case::PUBLIC,
        (false, Some(_)) => CONVERTED,
    };
    let first = Event::Opened(Box::new(opened)).into();
    let mut draft = Draft::begin(id, first, ask, world).expect("an incident begins with Opened");
    owe_what_the_state_calls_for(&mut draft);
    follow_the_law(&mut draft);
    let Some((number, due, urgent)) =
        draft.case.owed(Duty::Acknowledge).map(|it| (it.number, it.terms.due, it.terms.urgent))
    else {
        let nobody = format!("opened as {}; this policy asks nobody to acknowledge it. ", wanted.severity);
        return Ok(draft.done(say![nobody, seen_by]));
    };
    let people = draft.waiting_on(number);
    let telling = Telling::Opened {
        severity: wanted.severity,
        workflow: wanted.workflow.clone(),
        by: ask.by.person().cloned(),
        people: people.clone(),
        due,
        because,
    };
    draft.tell_case_and(&people, telling, vec![number], urgent);
    let answer = match people.as_slice() {
        [] => say![
            format!(
                "opened as {}, but nobody holds {} now, so nobody was asked to acknowledge it: ",
                wanted.severity,
                draft.role_of(number),
            ),
            Verb::Escalate.on(id).with("ROLE why"),
            format!(" pages somebody. {seen_by}")
        ],
        people => {
            let (names, due) = (world.names(people), world.moment(due, ask));
            format!("opened as {}; {names} acknowledges it by {due}. {seen_by}", wanted.severity).into()
        }
    };
    Ok(draft.done(answer))
}

/// Whether the channel in which people talk can become the incident's own. That none has it already, the desk has looked up.
///
/// # Errors
/// [`Refusal::Missing`], with what to do instead.
fn may_be_converted(channel: &Channel, wanted: &Opening, world: &World<'_>) -> Result<(), Refusal> {
    let open = || Verb::Open.of(CaseKind::Incident).with(&wanted.workflow).with(wanted.severity).with("…");
    if wanted.restricted {
        return Err(Refusal::missing(say![
            "everybody in this channel would see it, so it can't become a restricted incident's own, and nothing was opened. ",
            open().with("restricted"),
            " opens one in a channel of its own, which its people alone see."
        ]));
    }
    if let Some(case) = channel.own_of() {
        return Err(Refusal::ChannelTaken(Some(case)));
    }
    if world.policy.channels().any(|known| known == channel) {
        return Err(Refusal::missing(say![
            "this channel is one of the policy's, where every incident is told, so it can't become one incident's own. ",
            open(),
            " opens one that is told here."
        ]));
    }
    Ok(())
}

/// # Errors
/// [`Refusal::Missing`] where the policy lets the bot make no private channels; `so` says what follows.
pub(super) fn may_be_restricted(workflow: &Workflow, key: &WorkflowId, so: &str) -> Result<(), Refusal> {
    if workflow.own_channels.restricted {
        return Ok(());
    }
    Err(Refusal::missing(format!(
        "{} takes no restricted incidents by this policy, {so}. Otherwise tell the people concerned yourself, and ask an operator \
         to allow it: `restricted_incidents` in [workflows.{key}].",
        workflow.name
    )))
}

pub(super) fn known_class(class: Option<&ClassId>, technical: Option<u8>, world: &World<'_>) -> Result<(), Refusal> {
    if let Some(class) = class
        && !world.policy.classes.contains_key(class)
    {
        let hint = did_you_mean(class.as_str(), world.policy.classes.keys().map(|name| name.as_str()));
        return Err(Refusal::missing(format!(
            "there is no incident class {} in the policy.{hint}",
            quoted(class.as_str())
        )));
    }
    if technical.is_some_and(|technical| !(1..=5).contains(&technical)) {
        return Err(Refusal::missing("technical severity is a number from 1 (the worst) to 5.".to_owned()));
    }
    Ok(())
}

/// Where the case is told about. A restricted one has a channel of its own on each platform, which its people alone see, and
/// no other home; where the policy gives every incident its own, the workflow's channels show its card beside. On the platform of
/// a channel that was converted, it has that one.
pub(super) fn homes(id: CaseId, restricted: bool, workflow: &Workflow, converted: Option<&Channel>) -> Vec<Channel> {
    let mut homes: Vec<Channel> = converted.iter().map(|channel| Channel::own(&channel.platform, id)).collect();
    if restricted || workflow.own_channels.incidents {
        for channel in &workflow.channels {
            if homes.iter().all(|home| home.platform != channel.platform) {
                homes.push(Channel::own(&channel.platform, id));
            }
        }
    }
    if !restricted {
        homes.extend(workflow.channels.iter().cloned());
    }
    homes
}

/// Where one line says how it stands. A restricted one is named nowhere.
pub(super) fn announced(restricted: bool, world: &World<'_>) -> Vec<Channel> {
    if restricted { Vec::new() } else { world.policy.announcements.clone() }
}

/// Which step is possible in which state.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(incident: &Incident, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    use Command as C;
    use IncidentState::{Acknowledged, Contained, Merged, Open, Resolved, Reviewed, Withdrawn};
    let id = scene.case.id;
    match (incident.state, command) {
        // What stays possible after the end.
        (_, C::FollowUpDone { number }) => incident.follow_up_done(scene, *number),
        (_, C::SetMoment { which, at }) => incident.set_moment(scene, *which, *at),
        (_, C::Classify { class, technical, nature }) => incident.classify(scene, class.as_ref(), *technical, nature),
        (_, C::Submitted { clock, at, reference, digest }) => {
            incident.report_submitted(scene, clock, *at, reference, digest.as_deref())
        }
        (_, C::SetAside { which, reason }) => incident.set_aside(scene, which, reason),
        (Open | Acknowledged | Contained | Resolved | Reviewed, C::Applies { which }) => incident.applies(scene, which),
        (Merged { .. } | Withdrawn, C::Applies { .. }) => Err(incident.closed(scene)),

        (Open, C::Acknowledge) => incident.acknowledge(scene),
        (Acknowledged | Contained | Resolved, C::Acknowledge) => {
            let instead = say![Verb::Update.on(id).with("…"), " says how it stands."];
            Err(incident.already(scene, "acknowledged", incident.acknowledged.as_ref(), instead))
        }

        (Acknowledged, C::StillWorking) => incident.still_working(scene),
        (Open, C::StillWorking) => {
            let ack = Verb::Ack.on(id);
            Err(Refusal::missing(say!["acknowledge it first: ", ack, format!(". {id} isn't acknowledged now.")]))
        }
        (Contained | Resolved, C::StillWorking) => {
            Err(incident.already_there(scene, "You need not say any more that the work goes on.".into()))
        }

        (Open | Acknowledged | Contained | Resolved, C::Assess { text }) => incident.assess(scene, text),

        (Open | Acknowledged, C::Contain { text }) => incident.contain(scene, text),
        (Contained, C::Contain { .. }) => {
            let (update, resolve) = (Verb::Update.on(id).with("…"), Verb::Resolve.on(id).with("…"));
            let instead = say![update, " adds to it, ", resolve, " ends it."];
            Err(incident.already_there(scene, instead))
        }
        (Resolved, C::Contain { .. }) => Err(incident.after_resolving(scene)),

        (Open | Acknowledged | Contained, C::Resolve { text }) => incident.resolve(scene, text),
        (Resolved, C::Resolve { .. }) => Err(incident.after_resolving(scene)),

        (Resolved, C::AcceptReview { text, drafted_from }) => incident.accept_review(scene, text, *drafted_from),
        (Open | Acknowledged | Contained, C::AcceptReview { .. }) => Err(Refusal::missing(say![
            "resolve it first: ",
            Verb::Resolve.on(id).with("…"),
            format!(". {id} is {} and not resolved yet.", incident.state.word())
        ])),

        (Resolved | Reviewed, C::Reopen { reason }) => incident.reopen(scene, reason),
        (Open | Acknowledged | Contained, C::Reopen { .. }) => {
            let update = Verb::Update.on(id).with("…");
            Err(incident.already_there(scene, say![update, " says what is new."]))
        }

        (Open | Acknowledged | Contained | Resolved, C::Merge { into }) => incident.merge(scene, *into),
        (Open | Acknowledged | Contained | Resolved | Reviewed, C::Absorb { other }) => incident.absorb(scene, *other),

        (Open | Acknowledged | Contained, C::Withdraw { reason }) => incident.withdraw(scene, reason),
        (Resolved, C::Withdraw { .. }) => Err(incident.after_resolving(scene)),

        (Open | Acknowledged | Contained, C::Update { text, next }) => incident.update(scene, text, *next, false),
        (Open | Acknowledged | Contained, C::Report { text, severity, reached, next }) => {
            incident.report(scene, text, *severity, *reached, *next)
        }
        (Resolved, C::Update { .. } | C::Report { .. }) => Err(incident.after_resolving(scene)),

        (Open | Acknowledged | Contained | Resolved, C::Decision { text }) => incident.decision(scene, text),
        (Open | Acknowledged | Contained | Resolved, C::FollowUp { assignee, due, text }) => {
            incident.follow_up(scene, assignee, *due, text)
        }
        (Open | Acknowledged | Contained | Resolved, C::FollowUpOn { message }) => {
            incident.follow_up_on(scene, message)
        }
        (Open | Acknowledged | Contained | Resolved, C::Page { role, reason }) => incident.page(scene, role, reason),
        (Open | Acknowledged | Contained | Resolved, C::AnswerPage) => incident.answer_page(scene),
        (Open | Acknowledged | Contained | Resolved, C::Join) => incident.join(scene),
        (Open | Acknowledged | Contained | Resolved, C::Restrict { reason }) => incident.restrict(scene, reason),
        (Open | Acknowledged | Contained | Resolved, C::Unrestrict { reason }) => incident.unrestrict(scene, reason),
        (Open | Acknowledged | Contained | Resolved, C::ChangeSeverity { to, reason }) => {
            incident.change_severity(scene, *to, reason)
        }
        (Open | Acknowledged | Contained | Resolved, C::TakeSeat { seat, person }) => {
            incident.take_seat(scene, *seat, person.as_ref())
        }

        // The desk rolls the whole merge back when the other half of it is refused here.
        (Merged { .. } | Withdrawn, C::Absorb { .. } | C::Reopen { .. }) => Err(incident.closed(scene)),
        (
            Reviewed | Merged { .. } | Withdrawn,
            C::Acknowledge
            | C::StillWorking
            | C::Assess { .. }
            | C::Contain { .. }
            | C::Resolve { .. }
            | C::AcceptReview { .. }
            | C::Merge { .. }
            | C::Withdraw { .. }
            | C::Update { .. }
            | C::Report { .. }
            | C::Decision { .. }
            | C::FollowUp { .. }
            | C::FollowUpOn { .. }
            | C::Page { .. }
            | C::AnswerPage
            | C::Join
            | C::Restrict { .. }
            | C::Unrestrict { .. }
            | C::ChangeSeverity { .. }
            | C::TakeSeat { .. },
        ) => Err(incident.closed(scene)),
    }
}

/// Opens each duty that the state calls for, that isn't open yet, and that the policy has a target for.
pub(super) fn owe_what_the_state_calls_for(draft: &mut Draft<'_>) {
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    let (severity, stamps_end) = (Some(incident.severity), incident.stamps_end);
    for (duty, about) in incident.calls_for() {
        if draft.case.open_obligations().any(|it| it.duty == duty && it.about == about) {
            continue;
        }
        match stamps_end.filter(|_| duty == Duty::Resolve) {
            Some(ends) => owe_new_stamps(draft, ends),
            None => drop(draft.owe_by_policy(duty, severity, None, about)),
        }
    }
}

/// The resolution of an incident about the ledger's time stamps is due a week before they end, however long the policy gives the
/// resolution of others, and on its ladder. A policy without such a target asks whoever acknowledges incidents.
fn owe_new_stamps(draft: &mut Draft<'_>, ends: At) {
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    let policy = draft.world.stamped;
    // Where the policy asks nothing at its own severity, what it asks at the nearest one says whose it is; of two, at the graver.
    let mut severities = Severity::ALL;
    severities.sort_by_key(|severity| (*severity as u8).abs_diff(incident.severity as u8));
    let target =
        |duty| severities.iter().find_map(|severity| policy.target(duty, &draft.case.workflow, Some(*severity)));
    let resolves = target(Duty::Resolve);
    let holder = resolves.or_else(|| target(Duty::Acknowledge)).and_then(|target| target.holder.clone());
    let Some(holder) = holder.map(|role| Holder::Roles(vec![role])) else { return };
    let due = (ends - NEW_STAMPS_AHEAD).max(draft.at + NEW_STAMPS_WITHIN);
    let terms = match resolves {
        Some(target) => Terms::promised(&target.terms, due, draft.at, policy),
        None => Terms::until(due, draft.at),
    };
    draft.owe(Duty::Resolve, holder, terms, None);
}

/// Of somebody who is named rather than asking.
///
/// # Errors
/// [`Refusal::Missing`] with the nearest name.
pub(super) fn known_name(person: &PersonId, world: &World<'_>) -> Result<(), Refusal> {
    if world.policy.people.contains_key(person) {
        return Ok(());
    }
    let hint = did_you_mean(person.as_str(), world.policy.people.keys().map(|name| name.as_str()));
    Err(Refusal::missing(format!("I don't know {}.{hint}", quoted(person.as_str()))))
}
