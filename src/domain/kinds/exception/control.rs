//! The compensating control: who shows that it works, again and again, and what becomes of the exception where nobody does.
//! Suspended, it is out of force at once; only a ruling brings it back.

use super::granting::{control_owners, holders_of, release_clocks, stop_clocks, told_once};
use super::{Control, Event, Exception, ExceptionState, Grant, Telling, Verb};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Terms};
use crate::domain::scene::Scene;
use crate::domain::{At, Body, Draft, Duty, PersonId, Refusal, Ruling, text};

impl Exception {
    pub(super) fn prove(&self, scene: &Scene<'_>, words: &str, link: Option<&str>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let (Some(owed), Some(control)) =
            (scene.case.owed(Duty::ProveControl), self.grant().and_then(|grant| grant.control.as_ref()))
        else {
            return Err(Refusal::NothingOwed { case: scene.case.id, duty: Duty::ProveControl });
        };
        scene.answering(owed)?;
        let text = text::text("what shows it", words)?;
        let url = link.map(str::to_owned);
        if url.as_ref().is_some_and(|url| !(url.starts_with("https://") || url.starts_with("http://"))) {
            return Err(Refusal::missing("a link begins with https:// and has no spaces.".to_owned()));
        }
        let mut draft = scene.draft();
        draft.push(Event::ControlProven { by: by.clone(), text: text.clone(), url: url.clone() });
        draft.meet(|it| it.duty == Duty::ProveControl);
        let suspended = self.state == ExceptionState::Suspended;
        // Nobody shows it ahead: two proofs are never further apart than the policy says.
        let next = if suspended { None } else { owe_proof(&mut draft, control, scene.ask.at + control.every) };
        let mut people: Vec<PersonId> = if suspended { self.rulers(&draft) } else { Vec::new() };
        told_once(&draft, &mut people);
        draft.tell_case_and(&people, Telling::Proven { by, text, url, next, suspended }, Vec::new(), false);
        let lift = Verb::Lift.on(scene.case.id).with("why");
        Ok(draft.done(match (suspended, next) {
            (true, _) => {
                say!["the proof is kept. It stays suspended until somebody who rules on it lifts that: ", lift]
            }
            (false, Some(next)) => format!("the proof is kept; the next one is due {}", scene.moment(next)).into(),
            (false, None) => "the proof is kept; it ends before the next one would be due".into(),
        }))
    }

    pub(super) fn suspend(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let class = self.class_of(scene)?;
        let mut roles = class.rules.clone();
        roles.extend(scene.world.policy.exceptions.control_owner.clone());
        scene.require(&format!("suspending {}", scene.case.id), &roles)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        suspend(&mut draft, Some((by, reason)));
        Ok(draft.done("suspended: it is not in force from now on"))
    }

    /// A ruling: by those who rule on it, and not by whoever raised it.
    pub(super) fn lift(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let class = self.class_of(scene)?;
        let seats = scene.world.people.seats(&class.rules, &self.may_not_rule());
        if !seats.iter().any(|seat| seat.person == by) {
            let names: Vec<String> = seats.iter().map(|seat| scene.name(&seat.person)).collect();
            let roles = text::list(class.rules.iter());
            return Err(Refusal::not_yours(format!("lifting the suspension of {}", scene.case.id), roles, &names));
        }
        if scene.case.owed(Duty::ProveControl).is_some_and(|owed| owed.is_late()) {
            return Err(Refusal::missing(say![
                "have its control shown first: ",
                Verb::Proof.on(scene.case.id).with("…"),
                format!(". The proof is still missing on {}.", scene.case.id)
            ]));
        }
        let reason = text::text("the reason", reason)?;
        let Some(grant) = self.grant().cloned() else {
            return Err(Refusal::missing(format!("nobody has granted {} yet.", scene.case.id)));
        };
        let mut draft = scene.draft();
        draft.push(Event::Lifted { by: by.clone(), reason: reason.clone() });
        let proof = match (&grant.control, draft.case.owed(Duty::ProveControl)) {
            (Some(control), None) => owe_proof(&mut draft, control, scene.ask.at + control.every),
            (_, owed) => owed.map(|owed| owed.terms.due),
        };
        stop_clocks(&mut draft, class, &grant);
        let mut people = vec![self.answers_for().clone()];
        people.extend(holders_of(&draft, grant.control.as_ref()));
        told_once(&draft, &mut people);
        draft.tell_case_and(&people, Telling::Lifted { by, reason, proof }, Vec::new(), false);
        let shown = proof.map(|due| format!("; its control is to be shown by {}", scene.moment(due)));
        Ok(draft.done(format!("lifted: it is in force again{}", shown.unwrap_or_default())))
    }

    /// When the control of a grant has to be shown by its cadence, which goes on over renewals: a short grant after another puts off
    /// no proof. With another control it begins anew.
    pub(super) fn proof_due(&self, grant: &Grant, control: &Control) -> At {
        let same = self.grants.iter().rev().take_while(|it| it.control.as_ref() == Some(control));
        let first = same.last().map_or(grant.from, |first| first.from);
        let last = self.proof.as_ref().map(|proof| proof.at).filter(|at| *at >= first);
        let due = last.unwrap_or(first) + control.every;
        if due > grant.from { due } else { grant.from + control.every }
    }

    /// The people who rule on it now.
    fn rulers(&self, draft: &Draft<'_>) -> Vec<PersonId> {
        let class = draft.world.stamped.exceptions.classes.get(&self.class);
        let roles = class.map(|class| class.rules.clone()).unwrap_or_default();
        let seats = draft.world.people.holders(&Holder::Roles(roles), &self.may_not_rule());
        seats.into_iter().map(|seat| seat.person).collect()
    }
}

/// Opens the next proof of a control, due at that moment. Each grant has its control shown: where it ends before that, the proof is
/// due at its end, unless it was shown in this grant. Returns when it is due.
pub(super) fn owe_proof(draft: &mut Draft<'_>, control: &Control, due: At) -> Option<At> {
    let Body::Exception(exception) = &draft.case.body else { return None };
    let ends = exception.grant().and_then(|grant| Some((grant.from, grant.until?)));
    let shown = exception.proof.as_ref().map(|proof| proof.at);
    let open = draft.case.owed(Duty::ProveControl).map(|owed| owed.terms.due);
    if let Some(open) = open {
        return Some(open);
    }
    let due = match ends {
        Some((from, ends)) if ends <= due => Some(ends).filter(|_| shown.is_none_or(|shown| shown < from))?,
        Some(_) | None => due,
    };
    let target = draft.world.stamped.target(Duty::ProveControl, &draft.case.workflow, None);
    let terms = match target {
        Some(target) => Terms::promised(&target.terms, due, draft.at, draft.world.stamped),
        None => Terms::until(due, draft.at),
    };
    draft.owe(Duty::ProveControl, Holder::Roles(vec![control.holder.clone()]), terms, None);
    Some(due)
}

/// Takes it out of force. By nobody: the proof of its control was missing when it was due.
pub(super) fn suspend(draft: &mut Draft<'_>, by: Option<(PersonId, String)>) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let (raised_by, control) = (exception.raised_by.clone(), exception.grant().and_then(|it| it.control.clone()));
    let mut people = vec![raised_by];
    people.extend(exception.rulers(draft));
    people.extend(holders_of(draft, control.as_ref()));
    people.extend(control_owners(draft));
    told_once(draft, &mut people);
    let (by, reason) = by.unzip();
    draft.push(Event::Suspended { by: by.clone(), reason: reason.clone() });
    release_clocks(draft);
    let telling = Telling::Suspended { by, reason, control, people: people.clone() };
    draft.tell_case_and(&people, telling, Vec::new(), false);
}
