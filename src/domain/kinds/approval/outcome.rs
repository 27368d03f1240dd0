//! How a request ends, who hears of it, and what can be done instead once it has.

use super::{Approval, Ended, Event, Outcome, Telling, Verb, promotion, records};
use crate::domain::line::{Named, Sla, say};
use crate::domain::notice::To;
use crate::domain::scene::Scene;
use crate::domain::{
    Actor, Body, BotCommand, CaseId, CaseKind, Draft, Duty, Label, PersonId, Refusal, Ruling, Then, text,
};

impl Approval {
    pub(super) fn withdraw(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.person()?;
        if by != &self.requester {
            scene.require("withdrawing somebody else's request", &scene.may().waive_duty)?;
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        conclude(&mut draft, Outcome::Withdrawn, Some(by.clone()), Some(reason), "the request was withdrawn");
        tell_concluded(&mut draft, std::slice::from_ref(&self.requester), false);
        Ok(draft.done("withdrawn"))
    }

    pub(super) fn supersede(&self, scene: &Scene<'_>, other: CaseId) -> Result<Ruling, Refusal> {
        let by = scene.person()?;
        self.only_requester(scene, by)?;
        if other.kind != CaseKind::Approval || other == scene.case.id {
            let id = scene.case.id;
            return Err(Refusal::missing(say![
                "name the approval that takes its place: ",
                Verb::Supersede.on(id).with("APR-…"),
                format!(". {other} can't be it.")
            ]));
        }
        let mut draft = scene.draft();
        let reason = format!("{other} takes its place");
        conclude(&mut draft, Outcome::Superseded { by: other }, Some(by.clone()), Some(reason.clone()), &reason);
        tell_concluded(&mut draft, std::slice::from_ref(&self.requester), false);
        Ok(draft.done(format!("superseded by {other}")))
    }

    /// It has an outcome: which, whose, since when, and what can be done instead.
    pub(super) fn ended(&self, scene: &Scene<'_>, outcome: &Outcome) -> Refusal {
        let since = match &self.concluded {
            None => String::new(),
            Some(end) => {
                let when = scene.moment(end.at);
                match &end.ended.by {
                    Some(by) => format!(" by {} since {when}", scene.name(by)),
                    None => format!(" since {when}"),
                }
            }
        };
        let again = Verb::Request.of(CaseKind::Approval).with(&scene.case.workflow).with("…");
        let instead = match outcome {
            Outcome::Approved if self.promotes && promotion::is_there(scene.world, &scene.case.workflow) => {
                "It is in production, and that is agreed to.".into()
            }
            Outcome::Approved if self.promotes => {
                let what = "The policy file puts it into production: write `stage = \"production\"` there, then ";
                say![what, Sla::Reload.line(), "."]
            }
            Outcome::Approved if self.is_to_be_erased() => {
                say!["What keeps the words, or when they go, says ", Verb::CarryOut.on(scene.case.id), "."]
            }
            Outcome::Approved => "Nothing more is needed. If it must not happen after all, open an incident.".into(),
            Outcome::Declined => say!["Change what was asked for, then ", again, " asks anew."],
            Outcome::Lapsed | Outcome::Withdrawn => say![again, " asks anew."],
            Outcome::Superseded { by } => format!("Go on with {by}.").into(),
        };
        Refusal::WrongState { case: scene.case.id, state: outcome.word().to_owned(), since, instead }
    }
}

/// Ends the request. What nobody will answer any more is void, for `void`.
pub(super) fn conclude(
    draft: &mut Draft<'_>,
    outcome: Outcome,
    by: Option<PersonId>,
    reason: Option<String>,
    void: &str,
) {
    draft.void(void, |it| match it.duty {
        Duty::Erase => outcome != Outcome::Approved,
        duty => matches!(duty, Duty::Decide | Duty::AnswerQuestion),
    });
    let took = draft.at - draft.case.opened;
    let ended = Ended { by, reason, took };
    if outcome == Outcome::Approved
        && let Body::Approval(Approval { promotes: true, .. }) = &draft.case.body
    {
        let (workflow, case) = (draft.case.workflow.clone(), draft.case.id);
        draft.then(Then::Bot(BotCommand::NotePromotion { workflow, case }));
    }
    if outcome == Outcome::Approved {
        records::follow(draft);
    }
    draft.push(match outcome {
        Outcome::Approved => Event::Approved(ended),
        Outcome::Declined => Event::Declined(ended),
        Outcome::Lapsed => Event::Lapsed(ended),
        Outcome::Withdrawn => Event::Withdrawn(ended),
        Outcome::Superseded { by } => Event::Superseded { by_case: by, ended },
    });
}

/// To the case, to the people who should hear it whether or not they look there, and where it is `loud` to the operators
/// and at any hour.
pub(super) fn tell_concluded(draft: &mut Draft<'_>, people: &[PersonId], loud: bool) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    let Some(end) = &approval.concluded else { return };
    let telling = Telling::Concluded {
        outcome: Label::from(approval.word()),
        by: end.ended.by.clone(),
        reason: end.ended.reason.clone(),
        requester: approval.requester.clone(),
        took: end.ended.took,
    };
    // Whoever asked for this has the private reply.
    let others: Vec<PersonId> = people.iter().filter(|it| draft.by != Actor::Person((*it).clone())).cloned().collect();
    draft.tell_case_and(&others, telling.clone(), Vec::new(), loud);
    if loud {
        draft.tell_while(To::Operators, telling, Vec::new(), None);
    }
}
