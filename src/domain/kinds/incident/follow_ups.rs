//! What is promised for later, and who is called in now.

use super::rules::known_name;
use super::steps::may_close;
use super::{Event, FOLLOW_UP_WITHIN, Incident, PAGE_WITHIN, Telling, Verb};
use crate::domain::every_case::{self, KeptAs, KeptMessage, keep};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder, Obligation, Terms};
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{At, Duty, PersonId, Refusal, RoleId, Ruling, text};

impl Incident {
    pub(super) fn follow_up(
        &self,
        scene: &Scene<'_>,
        assignee: &PersonId,
        due: At,
        text: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        known_name(assignee, scene.world)?;
        if due <= scene.ask.at {
            return Err(Refusal::NotAfter("the date of a follow-up", "now"));
        }
        let text = text::text("what is to be done", text)?;
        let mut draft = scene.draft();
        let terms = Terms::until(due, scene.ask.at);
        let obligation =
            draft.owe(Duty::FollowUp, Holder::Person(assignee.clone()), terms, Some(About::Words(text::short(&text))));
        let number = self.follow_ups.len() as u32 + 1;
        let (promised, said) = (assignee.clone(), text.clone());
        draft.push(Event::FollowUpPromised { number, by, assignee: promised, due, text: said, obligation });
        let telling = Telling::FollowUp { assignee: assignee.clone(), due, text };
        // The thread keeps the promise even if it was kept before the message went out.
        draft.tell_news(&[], telling.clone(), vec![obligation], false);
        for person in draft.waiting_on(obligation) {
            draft.tell_person(&person, telling.clone(), vec![obligation], false);
        }
        let (id, name, due) = (scene.case.id, scene.name(assignee), scene.moment(due));
        let promised = format!("follow-up {number}: {name} does it by {due}. ");
        Ok(draft.done(say![promised, Verb::Done.on(id).with(number), " says that it is done"]))
    }

    /// Whoever asks sees to it themselves, within a week.
    pub(super) fn follow_up_on(&self, scene: &Scene<'_>, message: &KeptMessage) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let kept = keep(scene, message, KeptAs::FollowUp)?;
        if kept.events.is_empty() {
            return Ok(kept);
        }
        let text = if message.text.trim().is_empty() { "see to a message without words" } else { &message.text };
        let promised = self.follow_up(scene, &by, scene.ask.at + FOLLOW_UP_WITHIN, text)?;
        Ok(Ruling { events: kept.events.into_iter().chain(promised.events).collect(), reply: None, ..promised })
    }

    pub(super) fn follow_up_done(&self, scene: &Scene<'_>, number: u32) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let id = scene.case.id;
        let Some(promised) = self.follow_ups.iter().find(|it| it.number == number) else {
            let known = text::list(self.follow_ups.iter().filter(|it| it.done.is_none()).map(|it| it.number));
            let hint = if known.is_empty() { "None is open.".to_owned() } else { format!("Open: {known}.") };
            return Err(Refusal::missing(format!("{id} has no follow-up {number}. {hint}")));
        };
        if let Some(done) = promised.done {
            return Err(Refusal::missing(format!(
                "follow-up {number} of {id} was done at {} already.",
                scene.moment(done)
            )));
        }
        let owed = scene.case.obligation(promised.obligation).filter(|it| it.is_open());
        let own = promised.assignee == by || owed.is_some_and(|it| scene.may_answer(it, &by));
        if !own && !self.leads(&by) && !may_close(scene) {
            let who = scene.name(&promised.assignee);
            return Err(Refusal::OnlyFor { case: id, who: format!("{who} (or the lead)") });
        }
        let mut draft = scene.draft();
        draft.push(Event::FollowUpDone { number, by: by.clone() });
        draft.meet(|it| it.number == promised.obligation);
        draft.tell_said("follow-up done", by, promised.text.clone());
        Ok(draft.done(format!("follow-up {number} is done")))
    }

    pub(super) fn page(&self, scene: &Scene<'_>, role: &RoleId, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let roles = &scene.world.policy.roles;
        if !roles.contains_key(role) {
            let hint = did_you_mean(role.as_str(), roles.keys().map(|name| name.as_str()));
            return Err(Refusal::missing(format!("there is no role {} in the policy.{hint}", quoted(role.as_str()))));
        }
        let reason = text::text("the reason", reason)?;
        let holder = Holder::Roles(vec![role.clone()]);
        if scene.world.people.holders(&holder, &[]).is_empty() {
            // A page that reaches nobody would look like help on its way.
            return Err(Refusal::missing(format!(
                "name another role: nobody holds {role} now, so a page would reach nobody."
            )));
        }
        let mut draft = scene.draft();
        draft.push(Event::Paged { by: by.clone(), role: role.clone(), reason: reason.clone() });
        let severity = Some(self.severity);
        let number =
            draft.owe_anyway(Duty::AnswerPage, severity, holder, Some(About::Words(text::short(&reason))), PAGE_WITHIN);
        let people = draft.waiting_on(number);
        let due = draft.due_of(number);
        let telling = Telling::Paged { role: role.clone(), people: people.clone(), by, reason, due };
        draft.tell_case_and(&people, telling, vec![number], true);
        let (names, due) = (scene.names(&people), scene.moment(due));
        Ok(draft.done(format!("paged {names}, who answers by {due}")))
    }

    /// Whoever takes part belongs into its channel. Somebody who was called in answers the page by it.
    pub(super) fn join(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let called = |it: &Obligation| it.duty == Duty::AnswerPage && scene.may_answer(it, &by);
        if scene.case.open_obligations().any(called) {
            return self.answer_page(scene);
        }
        let mut draft = scene.draft();
        if scene.case.company(&scene.world.people).contains(&by) {
            return Ok(draft.done("you take part already"));
        }
        draft.push(every_case::Event::Joined { by: by.clone() });
        draft.tell_case(every_case::Telling::Joined { by });
        Ok(draft.done("you take part"))
    }

    pub(super) fn answer_page(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let pages = || scene.case.open_obligations().filter(|it| it.duty == Duty::AnswerPage);
        let Some(first) = pages().next() else {
            return Err(Refusal::NothingOwed { case: scene.case.id, duty: Duty::AnswerPage });
        };
        let theirs = |it: &Obligation| it.duty == Duty::AnswerPage && scene.may_answer(it, &by);
        if !pages().any(theirs) {
            return scene.answering(first).map(|_| Ruling::nothing());
        }
        let about = text::list(pages().filter(|it| theirs(it)).filter_map(|it| it.about.as_ref()).map(About::text));
        let mut draft = scene.draft();
        draft.meet(theirs);
        draft.tell_said("page answered", by, about);
        Ok(draft.done("your answer to the page is told"))
    }
}
