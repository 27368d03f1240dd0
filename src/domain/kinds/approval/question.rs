//! An approver's question to the requester, which may pause the decision's clock.

use super::{Approval, Event, Telling};
use crate::domain::obligation::{Change, Holder, Standing, State};
use crate::domain::scene::Scene;
use crate::domain::{Duty, Refusal, Ruling, Span, text};

/// How long a requester has for an answer where the policy has no target for it.
const ANSWER_WITHIN: Span = Span::hours(4);
/// The policy allows a pause for this by `question_pauses`, whatever other reasons it lists.
const WAITING_ON_REQUESTER: &str = "waiting on the requester";

impl Approval {
    pub(super) fn ask_requester(&self, scene: &Scene<'_>, question: &str) -> Result<Ruling, Refusal> {
        let (by, decision) = (scene.person()?, scene.owed(Duty::Decide)?);
        let requester = &self.requester;
        if by == requester {
            return Err(Refusal::OwnRequest(scene.names(&scene.waiting_on(decision))));
        }
        if !scene.may_answer(decision, by) {
            return Err(scene.not_yours(decision));
        }
        if self.question.is_some() {
            return Err(Refusal::QuestionOpen(scene.case.id));
        }
        let question = text::text("the question", question)?;
        let path = self.path_of(scene)?;
        let paused = path.question_pauses && decision.state() == State::Owed && decision.pause_left() > Span::ZERO;

        let mut draft = scene.draft();
        let holder = Holder::Person(requester.clone());
        let obligation = draft.owe_anyway(Duty::AnswerQuestion, None, holder, None, ANSWER_WITHIN);
        draft.push(Event::QuestionAsked { by: by.clone(), question: question.clone(), obligation, paused });
        if paused {
            let running = scene.world.stamped.running(decision.terms.calendar.as_ref());
            let (number, ends) = (decision.number, decision.pause_ends(scene.ask.at, running));
            draft.change(number, Change::Paused { reason: WAITING_ON_REQUESTER.to_owned(), by: by.clone(), ends });
        }
        let (due, urgent) =
            draft.case.obligation(obligation).map_or((scene.ask.at, false), |it| (it.terms.due, it.terms.urgent));
        let people = draft.waiting_on(obligation);
        let telling = Telling::Question { by: by.clone(), requester: requester.clone(), question, due, paused };
        draft.tell_case_and(&people, telling, vec![obligation], urgent);
        let clock = if paused { "; your clock is paused meanwhile" } else { "; your clock goes on" };
        Ok(draft.done(format!("{} is asked{clock}", scene.name(requester))))
    }

    pub(super) fn answer_question(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.person()?;
        let question = self.question.as_ref().ok_or(Refusal::NoQuestion(scene.case.id))?;
        // Whoever stands in for the requester is the one who is nudged for it, so they may answer it as well.
        let owed = scene.case.obligation(question.obligation);
        if owed.is_none_or(|it| !scene.may_answer(it, by)) {
            self.only_requester(scene, by)?;
        }
        let words = text::text("the answer", words)?;
        let mut draft = scene.draft();
        draft.push(Event::QuestionAnswered { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.number == question.obligation);
        let mut people = Vec::new();
        let mut urgent = false;
        if let Some(decision) = scene.case.owed(Duty::Decide) {
            // A pause that began at another moment is not the question's to end.
            let ours = |it: &Standing| matches!(it, Standing::Paused { since, .. } if *since == question.asked);
            if question.paused && ours(&decision.standing) {
                draft.resume(decision.number);
            }
            people = draft.waiting_on(decision.number);
            urgent = decision.terms.urgent;
        }
        if !people.contains(&question.by) {
            people.push(question.by.clone());
        }
        let while_owed = scene.case.owed(Duty::Decide).map(|it| it.number).into_iter().collect();
        let telling =
            Telling::QuestionAnswered { revision: self.revision, by: by.clone(), text: words, people: people.clone() };
        draft.tell_case_and(&people, telling, while_owed, urgent);
        Ok(draft.done(format!("your answer is with {}", scene.name(&question.by))))
    }
}
