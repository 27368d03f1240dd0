//! “Still working on it?”: an acknowledgement expires, its holder is asked, and where nobody answers the incident counts as
//! not acknowledged.

use super::{Event, Incident, IncidentState, PAGE_WITHIN, Telling};
use crate::domain::obligation::{Change, Holder, Obligation, Passed, Standing};
use crate::domain::scene::Scene;
use crate::domain::{Body, Draft, Duty, PersonId, Refusal, RoleId, Ruling, Severity, Span};

/// How long somebody has to say that the work goes on, where the policy has no target for it.
const STILL_WORKING_WITHIN: Span = Span::minutes(30);

impl Incident {
    pub(super) fn still_working(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if !self.may_confirm(scene, &by) {
            let asked = scene.case.owed(Duty::StillWorking).map(|it| scene.waiting_on(it));
            let asked = asked.unwrap_or_else(|| self.acknowledged_by().cloned().into_iter().collect());
            return Err(Refusal::OnlyFor { case: scene.case.id, who: scene.names(&asked) });
        }
        let mut draft = scene.draft();
        self.work_goes_on(scene, &mut draft, &by);
        if draft.ruling.events.is_empty() {
            return Ok(draft.done("this acknowledgement doesn't expire: you need not say it"));
        }
        let text = "the work goes on".to_owned();
        draft.tell_said("still working", by, text);
        let extended =
            draft.case.obligations.iter().filter(|it| draft.case.relies_on(it)).find_map(|it| match it.standing {
                Standing::Met { expires, .. } => expires,
                Standing::Owed | Standing::Paused { .. } | Standing::Waived { .. } | Standing::Void { .. } => None,
            });
        Ok(match extended {
            Some(until) => draft.done(format!("thank you; I ask again at {}", scene.moment(until))),
            None => draft.done("thank you"),
        })
    }

    /// Work by those who have it in hand shows that it goes on: it needs no asking, and answers it where it was asked.
    pub(super) fn work_goes_on(&self, scene: &Scene<'_>, draft: &mut Draft<'_>, by: &PersonId) {
        if self.state != IncidentState::Acknowledged || !self.may_confirm(scene, by) {
            return;
        }
        draft.meet(|it| it.duty == Duty::StillWorking);
        let acknowledgement = scene.case.obligations.iter().find(|it| scene.case.relies_on(it));
        if let Some(acknowledgement) = acknowledgement
            && let Standing::Met { .. } = acknowledgement.standing
            && let Some(after) = acknowledgement.terms.expires_after
        {
            draft.change(acknowledgement.number, Change::Extended { expires: scene.ask.at + after });
            expires_with_the_shift(draft);
        }
    }

    /// From here on nobody asks any more whether the work goes on.
    pub(super) fn end_of_asking(&self, scene: &Scene<'_>, draft: &mut Draft<'_>, by: &PersonId, why: &str) {
        if self.may_confirm(scene, by) {
            draft.meet(|it| it.duty == Duty::StillWorking);
        }
        draft.void(why, |it| it.duty == Duty::StillWorking);
    }

    /// Whose word is taken for it that the work goes on: who acknowledged it, the lead, and who stands in for them.
    pub(super) fn may_confirm(&self, scene: &Scene<'_>, person: &PersonId) -> bool {
        self.acknowledged_by() == Some(person)
            || self.leads(person)
            || scene.case.owed(Duty::StillWorking).is_some_and(|it| scene.may_answer(it, person))
    }
}

/// Where the rota says so, what somebody acknowledged in their shift expires with it at the latest.
pub(super) fn expires_with_the_shift(draft: &mut Draft<'_>) {
    let Body::Incident(incident) = &draft.case.body else { return };
    let relied = draft.case.obligations.iter().find(|it| draft.case.relies_on(it));
    let (Some(person), Some(acknowledgement)) = (incident.acknowledged_by(), relied) else { return };
    let Standing::Met { expires, .. } = acknowledgement.standing else { return };
    if let Some(ends) = draft.world.people.returns_at(&acknowledgement.holder, person)
        && expires.is_none_or(|expires| ends < expires)
    {
        draft.change(acknowledgement.number, Change::Extended { expires: ends });
    }
}

/// Time passed over an obligation of an incident. Nobody answered “still working on it?”: the acknowledgement lapses, and
/// with it the trust that one role is enough, so the first role of the ladder is asked at the same time.
pub(super) fn unanswered(draft: &mut Draft<'_>, before: &Obligation, passed: &Passed) {
    if before.duty != Duty::StillWorking || passed.breach.is_none() {
        return;
    }
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    if incident.state != IncidentState::Acknowledged {
        return;
    }
    let severity = Some(incident.severity);
    let mut roles = acknowledging_roles(draft, severity);
    let target = draft.world.stamped.target(Duty::Acknowledge, &draft.case.workflow, severity);
    let ladder = target.and_then(|it| draft.world.stamped.ladders.get(&it.terms.ladder));
    if let Some(first) = ladder.and_then(|it| it.escalate.first())
        && !roles.contains(&first.tell)
    {
        roles.push(first.tell.clone());
    }
    draft.push(Event::AcknowledgementLapsed {});
    let reason = "nobody answered; the acknowledgement lapsed".to_owned();
    draft.change(before.number, Change::Voided { reason });
    owe_again(draft, severity, roles, None);
}

/// Whose answer an acknowledgement is: the policy's, else whoever it was asked of.
fn acknowledging_roles(draft: &Draft<'_>, severity: Option<Severity>) -> Vec<RoleId> {
    let stood_on = draft.case.obligations.iter().find(|it| draft.case.relies_on(it)).map(|it| it.holder.clone());
    let target = draft.world.stamped.target(Duty::Acknowledge, &draft.case.workflow, severity);
    match (target.and_then(|it| it.holder.clone()), stood_on) {
        (Some(role), _) => vec![role],
        (None, Some(Holder::Roles(roles))) => roles,
        (None, Some(Holder::Person(_)) | None) => Vec::new(),
    }
}

/// The acknowledgement lapsed, and is owed anew. `shift_of`: whose shift is over, where that is why.
fn owe_again(draft: &mut Draft<'_>, severity: Option<Severity>, roles: Vec<RoleId>, shift_of: Option<PersonId>) {
    let number = draft.owe_anyway(Duty::Acknowledge, severity, Holder::Roles(roles), None, PAGE_WITHIN);
    let people = draft.waiting_on(number);
    let due = draft.due_of(number);
    let urgent = draft.case.obligation(number).is_some_and(|it| it.terms.urgent);
    let telling = Telling::AcknowledgementLapsed { people: people.clone(), due, shift_of };
    draft.tell_case_and(&people, telling, vec![number], urgent);
}

/// An acknowledgement expired: whoever has the incident in hand is asked whether the work goes on.
pub(super) fn ask(draft: &mut Draft<'_>, acknowledgement: &Obligation) {
    if !draft.case.relies_on(acknowledgement) {
        return;
    }
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    let Some(person) = incident.acknowledged_by().cloned() else {
        return;
    };
    let severity = Some(incident.severity);
    if let Standing::Met { at, .. } = acknowledgement.standing
        && draft.world.people.returned(&acknowledgement.holder, &person, at)
    {
        let roles = acknowledging_roles(draft, severity);
        draft.change(acknowledgement.number, Change::AskedStillWorking {});
        draft.push(Event::AcknowledgementLapsed {});
        return owe_again(draft, severity, roles, Some(person));
    }
    draft.change(acknowledgement.number, Change::AskedStillWorking {});
    let holder = Holder::Person(person.clone());
    let number = draft.owe_anyway(Duty::StillWorking, severity, holder, None, STILL_WORKING_WITHIN);
    let people = draft.waiting_on(number);
    let due = draft.due_of(number);
    let urgent = draft.case.obligation(number).is_some_and(|it| it.terms.urgent);
    // A deputy is asked by name: the question is for whoever can answer it.
    let person = people.first().cloned().unwrap_or(person);
    draft.tell_case_and(&people, Telling::StillWorking { person, due }, vec![number], urgent);
}
