//! What can be wanted of an exception. Whether it is possible is in [`super::rules`].
//!
//! Refusing and correcting stand beside granting wherever that is offered.

use super::{Advice, Command, Exception, Opening, Verb, Wanted, WantedControl};
use crate::domain::act::{Act, words};
use crate::domain::every_case;
use crate::domain::scene::Scene;
use crate::domain::{ExceptionClassId, Policy, Span, WorkflowId};

pub(super) fn acts(exception: &Exception, scene: &Scene<'_>) -> Vec<Act> {
    use Command as C;
    // An end that any class allows.
    let until = Some(scene.ask.at + Span::minutes(1));
    let control = WantedControl {
        text: Some(words()),
        holder: scene.world.policy.roles.keys().next().cloned().filter(|_| needs_holder(exception, scene)),
        every: needs_holder(exception, scene).then_some(Span::days(1)),
    };
    let wanted = || Wanted { until, control: control.clone(), reason: words() };
    let specialist = scene.world.policy.roles.keys().next().cloned();
    vec![
        Act::of(Verb::Triage, C::Triage { class: None }),
        Act::of(Verb::Recommend, C::Recommend { advice: Advice::Grant, reason: words() }),
        Act::of(Verb::Grant, C::Grant(wanted())),
        Act::of(Verb::Refuse, C::Refuse { reason: words() }),
        Act::of(Verb::Correct, C::Correct { text: words() }),
        Act::of(Verb::Proof, C::Prove { text: words(), link: None }),
        Act::of(Verb::Renew, C::Renew(wanted())),
        Act::of(Verb::Take, C::Take),
        Act::of(Verb::HandBack, C::HandBack { reason: None }),
        Act::of(Verb::SendBack, C::SendBack { reason: words() }),
        Act::of(Verb::Specialist, C::AskSpecialist { role: specialist, question: None }),
        Act::of(Verb::Lift, C::Lift { reason: words() }),
        Act::of(Verb::Suspend, C::Suspend { reason: words() }),
        Act::of(Verb::Close, C::Close { text: words() }),
        Act::of(every_case::Verb::Withdraw, C::Withdraw { reason: words() }),
    ]
}

/// Neither its class nor an earlier grant says who shows the control.
fn needs_holder(exception: &Exception, scene: &Scene<'_>) -> bool {
    let class = scene.world.stamped.exceptions.classes.get(&exception.class);
    class.is_some_and(|class| class.control.is_none()) && exception.grants.iter().all(|grant| grant.control.is_none())
}

/// Of the first class that there is, if there is one.
pub(super) fn example(workflow: &WorkflowId, policy: &Policy) -> Opening {
    let class = policy.exceptions.classes.keys().next();
    Opening {
        workflow: workflow.clone(),
        class: class.cloned().unwrap_or_else(|| ExceptionClassId::from("")),
        title: words(),
        reason: None,
        until: None,
        on: None,
        from: None,
    }
}
