//! From raised to ruled: triage, taking and handing back, the specialist's recommendation. Which step is possible in which
//! state is the match in [`super::rules`]; here the state is taken as right.
//!
//! Each step opens the answer that comes next for those whose it is, and closes the one before. Who sent an exception on has no
//! claim on it when it comes back.

use super::{Advice, Event, Exception, RECOMMEND_WITHIN, RULE_WITHIN, Telling, Verb};
use crate::domain::line::{Named, say};
use crate::domain::obligation::Holder;
use crate::domain::policy::ExceptionClass;
use crate::domain::scene::Scene;
use crate::domain::{Body, Draft, Duty, ExceptionClassId, PersonId, Refusal, RoleId, Ruling, text};

/// The answers that move it towards a ruling.
pub(super) const ON_THE_WAY: [Duty; 3] = [Duty::TriageException, Duty::Recommend, Duty::RuleException];

impl Exception {
    pub(super) fn triage(&self, scene: &Scene<'_>, class: Option<&ExceptionClassId>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if let Some(owed) = scene.case.owed(Duty::TriageException) {
            scene.answering(owed)?;
        }
        let id = class.unwrap_or(&self.class);
        let class = super::rules::known_class(id, scene.world)?;
        let mut draft = scene.draft();
        let taken = self.end_anothers_lease(scene, &by);
        draft.push(Event::Triaged { by, class: id.clone() });
        draft.meet(|it| it.duty == Duty::TriageException);
        let number = match &class.specialist {
            Some(role) => send_to_specialist(&mut draft, role.clone(), None, None),
            None => ask_to_rule(&mut draft, class, None),
        };
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        let next = draft.case.obligation(number).map_or("answer", |it| it.duty.noun());
        Ok(draft.done(format!("triaged as {id}; the {next} is due by {due} from {names}{taken}")))
    }

    /// Whoever may give the answer that comes next says that they work on it. Others see that, and may still take it over.
    pub(super) fn take(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let owed = scene.case.open_obligations().find(|it| ON_THE_WAY.contains(&it.duty));
        let owed = owed.ok_or_else(|| {
            Refusal::missing(format!("there is nothing on {} that somebody could work on now.", scene.case.id))
        })?;
        scene.answering(owed)?;
        let until = scene.ask.at + scene.world.policy.exceptions.lease;
        let from = self.taken_by(scene.ask.at).map(|lease| lease.by.clone()).filter(|from| *from != by);
        let due = scene.moment(owed.terms.due);
        let mut draft = scene.draft();
        draft.push(Event::Taken { by: by.clone(), until, from: from.clone() });
        let others: Vec<PersonId> = from.iter().cloned().collect();
        draft.tell_case_and(&others, Telling::Taken { by, until, from: from.clone() }, Vec::new(), false);
        let over = from.map_or_else(String::new, |from| format!(", taken over from {}", scene.name(&from)));
        let until = scene.moment(until);
        Ok(draft.done(format!("it is yours{over} until {until}. Its clock goes on: {} by {due}", owed.duty.noun())))
    }

    pub(super) fn hand_back(&self, scene: &Scene<'_>, reason: Option<&str>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let reason = reason.map(|reason| text::text("the reason", reason)).transpose()?;
        match self.taken_by(scene.ask.at) {
            Some(lease) if lease.by == by => {}
            Some(lease) => {
                let who = scene.name(&lease.by);
                return Err(Refusal::missing(say![
                    format!("{who} has it. "),
                    Verb::Take.on(scene.case.id),
                    " takes it over."
                ]));
            }
            None => {
                return Err(Refusal::missing(format!("nobody has taken {}, so it is free already.", scene.case.id)));
            }
        }
        let mut draft = scene.draft();
        draft.push(Event::HandedBack { by: by.clone(), reason: reason.clone() });
        tell_free(&mut draft, by, reason, false);
        Ok(draft.done("handed back: whoever may work on it sees that it is free"))
    }

    pub(super) fn ask_specialist(
        &self,
        scene: &Scene<'_>,
        role: Option<&RoleId>,
        question: Option<&str>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if let Some(owed) = scene.case.open_obligations().find(|it| ON_THE_WAY.contains(&it.duty)) {
            scene.answering(owed)?;
        }
        let class = self.class_of(scene)?;
        let role = role.or(class.specialist.as_ref()).ok_or_else(|| {
            Refusal::missing(say![
                "name a role: ",
                Verb::Specialist.on(scene.case.id).with("role=…"),
                format!(". The class {} has no specialist.", self.class)
            ])
        })?;
        let holder = Holder::Roles(vec![role.clone()]);
        if scene.world.people.holders(&holder, std::slice::from_ref(&self.raised_by)).is_empty() {
            return Err(Refusal::missing(format!(
                "name another role: nobody of {role} could recommend, since nobody recommends on their own exception."
            )));
        }
        let question = question.map(|question| text::text("the question", question)).transpose()?;
        let mut draft = scene.draft();
        let taken = self.end_anothers_lease(scene, &by);
        draft.meet(|it| it.duty == Duty::TriageException);
        draft.void("a specialist is to recommend first", |it| it.duty == Duty::RuleException);
        let number = send_to_specialist(&mut draft, role.clone(), Some(by), question);
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        Ok(draft.done(format!("{names} recommends by {due}; ruling on it comes after that{taken}")))
    }

    pub(super) fn recommend(&self, scene: &Scene<'_>, advice: Advice, reason: &str) -> Result<Ruling, Refusal> {
        scene.asker()?;
        let owed = scene.owed(Duty::Recommend)?;
        let seat = scene.answering(owed)?;
        let role = owed.holder.role().cloned().unwrap_or_else(|| RoleId::from("nobody"));
        let reason = text::text("the reason", reason)?;
        let class = self.class_of(scene)?;
        let mut draft = scene.draft();
        let (by, stands_in_for) = (seat.person, seat.stands_in_for);
        draft.push(Event::Recommended { by: by.clone(), stands_in_for, role, advice, reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::Recommend);
        let number = ask_to_rule(&mut draft, class, Some((by, reason, Some(advice))));
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        let advice = advice.word();
        Ok(draft.done(format!("you recommend to {advice} it, which rules on nothing: {names} rules by {due}")))
    }

    pub(super) fn send_back(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let class = self.class_of(scene)?;
        // Those who rule may fetch it back, too.
        let rules = scene.world.people.seats(&class.rules, &self.may_not_rule()).into_iter().any(|it| it.person == by);
        if !rules {
            scene.answering(scene.owed(Duty::Recommend)?)?;
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::SentBack { by: by.clone(), reason: reason.clone() });
        draft.void("it goes on without a recommendation", |it| it.duty == Duty::Recommend);
        let number = ask_to_rule(&mut draft, class, Some((by, reason, None)));
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        Ok(draft.done(format!("sent back without a recommendation: the ruling is due by {due} from {names}")))
    }

    /// Whoever acts has it from then on; somebody else who had taken it is named in the answer.
    pub(super) fn end_anothers_lease(&self, scene: &Scene<'_>, by: &PersonId) -> String {
        let lease = self.taken_by(scene.ask.at).filter(|lease| lease.by != *by);
        lease.map_or_else(String::new, |lease| format!(". {} had taken it", scene.name(&lease.by)))
    }
}

/// Opens the triage, where the policy asks for one, and tells the people whose it is. Returns its number.
pub(super) fn ask_to_triage(draft: &mut Draft<'_>) -> Option<u32> {
    let number = draft.owe_by_policy(Duty::TriageException, None, None, None)?;
    let people = draft.waiting_on(number);
    let (due, urgent) = (draft.due_of(number), is_urgent(draft, number));
    let Body::Exception(exception) = &draft.case.body else { return None };
    let telling = Telling::Raised {
        by: exception.raised_by.clone(),
        workflow: draft.case.workflow.clone(),
        class: exception.class.clone(),
        reason: exception.reason.clone(),
        on: exception.on,
        people: people.clone(),
        due,
    };
    draft.tell_case_and(&people, telling, vec![number], urgent);
    Some(number)
}

/// Opens the ruling for those who rule on the class, and tells them; with what somebody says to it, and advises. Returns its
/// number.
pub(super) fn ask_to_rule(
    draft: &mut Draft<'_>,
    class: &ExceptionClass,
    says: Option<(PersonId, String, Option<Advice>)>,
) -> u32 {
    owe_ruling(draft, class.rules.clone(), says)
}

/// As [`ask_to_rule`], of these roles.
pub(super) fn owe_ruling(
    draft: &mut Draft<'_>,
    roles: Vec<RoleId>,
    says: Option<(PersonId, String, Option<Advice>)>,
) -> u32 {
    let role = roles.first().cloned().unwrap_or_else(|| RoleId::from("nobody"));
    let number = draft.owe_anyway(Duty::RuleException, None, Holder::Roles(roles), None, RULE_WITHIN);
    let people = draft.waiting_on(number);
    let (due, urgent) = (draft.due_of(number), is_urgent(draft, number));
    let renewal = match &draft.case.body {
        Body::Exception(exception) => exception.renewal.clone(),
        Body::Incident(_) | Body::Approval(_) | Body::Handoff(_) | Body::Rollback(_) => None,
    };
    let (by, reason, advice) = match says {
        Some((by, reason, advice)) => (Some(by), Some(reason), advice),
        None => (None, None, None),
    };
    let until = renewal.as_ref().and_then(|renewal| renewal.until);
    let (to, renewal) = (people.clone(), renewal.is_some());
    let telling = Telling::ToRule { people, role, due, reason, by, advice, renewal, until };
    draft.tell_case_and(&to, telling, vec![number], urgent);
    number
}

fn send_to_specialist(draft: &mut Draft<'_>, role: RoleId, by: Option<PersonId>, question: Option<String>) -> u32 {
    draft.push(Event::SentToSpecialist { by: by.clone(), role: role.clone(), question: question.clone() });
    let holder = Holder::Roles(vec![role.clone()]);
    let number = draft.owe_anyway(Duty::Recommend, None, holder, None, RECOMMEND_WITHIN);
    let people = draft.waiting_on(number);
    let (due, urgent) = (draft.due_of(number), is_urgent(draft, number));
    let telling = Telling::ToSpecialist { people: people.clone(), role, due, by, question };
    draft.tell_case_and(&people, telling, vec![number], urgent);
    number
}

/// Says that nobody works on it now, to those who may.
pub(super) fn tell_free(draft: &mut Draft<'_>, by: PersonId, reason: Option<String>, passed: bool) {
    let owed = draft.case.open_obligations().find(|it| ON_THE_WAY.contains(&it.duty)).map(|it| it.number);
    let people = owed.map(|number| draft.waiting_on(number)).unwrap_or_default();
    let others: Vec<PersonId> = people.iter().filter(|person| **person != by).cloned().collect();
    let telling = Telling::Free { by, reason, people, passed };
    draft.tell_case_and(&others, telling, owed.into_iter().collect(), false);
}

pub(super) fn is_urgent(draft: &Draft<'_>, number: u32) -> bool {
    draft.case.obligation(number).is_some_and(|it| it.terms.urgent)
}
