//! What can be wanted of an incident. Whether it is possible is in [`super::rules`].

use super::{Command, Impact, Incident, LawState, Lawful, Nature, Opening, SeatName, Verb, Which};
use crate::domain::act::{Act, words};
use crate::domain::every_case;
use crate::domain::scene::Scene;
use crate::domain::{CaseId, Severity, Span, WorkflowId};

pub(super) fn acts(incident: &Incident, scene: &Scene<'_>) -> Vec<Act> {
    use Command as C;
    let (id, at) = (scene.case.id, scene.ask.at);
    let Some(by) = scene.ask.by.person() else { return Vec::new() };
    let mut acts = vec![
        Act::of(Verb::Ack, C::Acknowledge),
        Act::of(Verb::Here, C::AnswerPage),
        Act::of(Verb::Contain, C::Contain { text: words() }),
        Act::of(Verb::Update, C::Update { text: words(), next: None }),
        Act::of(Verb::Resolve, C::Resolve { text: words() }),
        Act::of(Verb::Review, C::AcceptReview { text: words(), drafted_from: None }),
    ];
    if incident.impact == Impact::Unclear {
        acts.insert(2, Act::of(Verb::Assess, C::Assess { text: words() }));
    }
    let take = |seat: SeatName| C::TakeSeat { seat, person: Some(by.clone()) };
    acts.extend(incident.empty_seats().map(|seat| Act::of(Verb::Role, take(seat)).with(seat.word())));
    acts.push(Act::of(Verb::Working, C::StillWorking));
    let promised = incident.follow_ups.iter().filter(|it| it.done.is_none());
    let done = |number| Act::of(Verb::Done, C::FollowUpDone { number }).with(number);
    acts.extend(promised.map(|it| done(it.number)));
    acts.push(Act::of(Verb::Decision, C::Decision { text: words() }));
    let other = Severity::ALL.into_iter().find(|it| *it != incident.severity).unwrap_or(incident.severity);
    acts.push(Act::of(Verb::Severity, C::ChangeSeverity { to: other, reason: words() }));
    let roles = scene.world.policy.roles.keys().cloned();
    acts.extend(roles.map(|role| Act::of(Verb::Escalate, C::Page { role, reason: words() })));
    let follow_up = C::FollowUp { assignee: by.clone(), due: at + Span::days(1), text: words() };
    acts.push(Act::of(Verb::Followup, follow_up));
    acts.push(Act::of(Verb::Reopen, C::Reopen { reason: words() }));
    if scene.case.restricted {
        acts.push(Act::of(Verb::Invite, every_case::Command::Invite { person: by.clone() }));
        let invited = scene.case.invited.iter().cloned();
        acts.extend(invited.map(|person| Act::of(Verb::Uninvite, every_case::Command::Uninvite { person })));
    }
    if scene.case.homes.iter().any(|home| home.own_of().is_some()) || !scene.case.announced.is_empty() {
        acts.push(Act::of(Verb::Join, C::Join));
    }
    acts.push(Act::of(Verb::Restrict, C::Restrict { reason: words() }));
    acts.push(Act::of(Verb::Unrestrict, C::Unrestrict { reason: words() }));
    let technical = if incident.technical == Some(1) { 2 } else { 1 };
    let classify = C::Classify { class: None, technical: Some(technical), nature: Nature::default() };
    acts.push(Act::of(Verb::Classify, classify));
    acts.push(Act::of(Verb::Moment, C::SetMoment { which: Which::Detected, at }));
    for law in incident.laws(scene.case.opened) {
        let (clock, which) = (&law.clock.id, Lawful::Clock(law.clock.id.clone()));
        match law.state {
            LawState::Asked => {
                acts.push(Act::of(Verb::Applies, C::Applies { which: which.clone() }).with(clock));
                acts.push(Act::of(Verb::SetAside, C::SetAside { which, reason: words() }).with(clock));
            }
            LawState::Running(_) => {
                let (reference, digest) = (words(), None);
                let submitted = C::Submitted { clock: clock.clone(), at: None, reference, digest };
                acts.push(Act::of(Verb::Submitted, submitted).with(clock));
                acts.push(Act::of(Verb::SetAside, C::SetAside { which, reason: words() }).with(clock));
            }
            // What nobody asks about isn't offered.
            LawState::Unasked => {}
            LawState::NotStarted
            | LawState::NotLawYet
            | LawState::SetAside(..)
            | LawState::Submitted(_)
            | LawState::Over(_) => {}
        }
    }
    // Which other it is, only the person knows.
    let into = CaseId { number: id.number + 1, ..id };
    acts.push(Act::of(Verb::Merge, C::Merge { into }));
    acts.push(Act::of(every_case::Verb::Withdraw, C::Withdraw { reason: words() }));
    acts
}

pub(super) fn example(workflow: &WorkflowId) -> Opening {
    Opening {
        workflow: workflow.clone(),
        title: words(),
        severity: Severity::Sev4,
        technical: None,
        class: None,
        nature: Nature::default(),
        impact: Impact::Known,
        restricted: false,
        occurred: None,
        detected: None,
        aware: None,
        because: None,
        queue: None,
        stamps_end: None,
        converts: None,
        from: None,
    }
}
