//! What somebody could do with a case now. Nothing here says who may do what: each kind of case names what can be wanted of
//! one, and the rules themselves say what of it they would accept.

use super::duty::Duty;
use super::kinds::Command;
use super::scene::Scene;
use super::{Case, decide};

/// Something that can be asked of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The verb that asks it.
    pub verb: &'static str,
    /// What is said with the verb, where it is done to one of several: which seat, which follow-up.
    pub with: Option<String>,
    /// What it is bound to, as it stands now: the revision of what is asked, or the step.
    pub bound: Option<u32>,
    /// It, with something in the place of what the person would say.
    pub command: Command,
}

/// In the place of words.
pub(super) fn words() -> String {
    "…".to_owned()
}

impl Act {
    pub(super) fn of(verb: impl Into<&'static str>, command: impl Into<Command>) -> Act {
        Act { verb: verb.into(), with: None, bound: None, command: command.into() }
    }

    pub(super) fn with(self, with: impl ToString) -> Act {
        Act { with: Some(with.to_string()), ..self }
    }

    pub(super) fn bound_to(self, bound: Option<u32>) -> Act {
        Act { bound, ..self }
    }

    /// The duty that it answers.
    pub fn answers(&self, case: &Case) -> Option<Duty> {
        Duty::ALL.into_iter().find(|duty| duty.row().kind == case.kind() && duty.row().verb == self.verb)
    }
}

/// What the rules would accept of the person who asks, and what something would follow from: first what they owe, then the
/// likeliest.
pub fn possible(scene: &Scene<'_>) -> Vec<Act> {
    let accepted = |act: &Act| {
        let ruling = decide(scene.case, &act.command, scene.ask, scene.world);
        ruling.is_ok_and(|ruling| !ruling.events.is_empty())
    };
    let mut acts: Vec<Act> = Vec::new();
    for act in scene.case.body.acts(scene).into_iter().chain(super::every_case::acts(scene)) {
        let known = acts.iter().any(|it| it.verb == act.verb && it.with == act.with);
        if !known && accepted(&act) {
            acts.push(act);
        }
    }
    let owes = |act: &Act| {
        let duty = act.answers(scene.case);
        let theirs = |person| {
            let mut owed = scene.case.open_obligations().filter(|it| Some(it.duty) == duty);
            owed.any(|it| scene.waiting_on(it).contains(person))
        };
        scene.ask.by.person().is_some_and(theirs)
    };
    acts.sort_by_key(|act| !owes(act));
    acts
}
