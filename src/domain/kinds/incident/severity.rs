//! The severity changes: what becomes tighter, and what stays as it was announced.

use super::{Event, Incident, Telling};
use crate::domain::obligation::{Obligation, Standing, Terms};
use crate::domain::scene::Scene;
use crate::domain::{At, Draft, Duty, PersonId, Refusal, Ruling, Severity, text};

impl Incident {
    pub(super) fn change_severity(&self, scene: &Scene<'_>, to: Severity, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.require("changing the severity", &scene.may().change_severity)?;
        let from = self.severity;
        if to == from {
            let (state, instead) = (to.to_string(), "Nothing was changed.".into());
            return Err(Refusal::WrongState { case: scene.case.id, state, since: String::new(), instead });
        }
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::SeverityChanged { by: by.clone(), from, to, reason: reason.clone() });
        let tighter = if to < from { self.tighten(scene, &mut draft, from, to) } else { Vec::new() };
        let urgent = tighter.iter().filter_map(|&number| draft.case.obligation(number)).any(|it| it.terms.urgent);
        let mut people: Vec<PersonId> = Vec::new();
        for person in tighter.iter().flat_map(|&number| draft.waiting_on(number)) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        let telling = Telling::SeverityChanged { from, to, by, reason, people: people.clone() };
        draft.tell_case(telling.clone());
        for person in &people {
            draft.tell_person(person, telling.clone(), tighter.clone(), urgent);
        }
        let new = text::list(tighter.iter().filter_map(|&number| draft.case.obligation(number)).map(|it| {
            let about = it.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
            format!("{}{about} by {}", it.duty, scene.moment(it.terms.due))
        }));
        Ok(draft.done(match (to < from, new.as_str()) {
            (true, "") => format!("{to} now; no deadline had to move"),
            (true, new) => format!("{to} now; tighter: {new}"),
            (false, _) => format!("{to} now; deadlines that were announced stay"),
        }))
    }

    /// Raising the severity opens the tighter duties. What is late stays late, and nothing that was announced gets more
    /// time. Returns the numbers of the new obligations.
    pub(super) fn tighten(&self, scene: &Scene<'_>, draft: &mut Draft<'_>, from: Severity, to: Severity) -> Vec<u32> {
        let mut tighter = Vec::new();
        for (duty, about) in self.calls_for() {
            // That stamps end has a date of its own.
            if duty == Duty::Resolve && self.stamps_end.is_some() {
                continue;
            }
            let open: Vec<&Obligation> =
                scene.case.open_obligations().filter(|it| it.duty == duty && it.about == about).collect();
            let replaced = match open.first() {
                Some(owed) if owed.is_late() => continue,
                Some(owed) => match terms_now(draft, duty, to) {
                    Some(terms) if terms.due < self.due_if_resumed(scene, owed) => Some(owed.number),
                    Some(_) | None => continue,
                },
                // The old severity asked for it as well, so it was met or waived.
                None if scene.world.stamped.target(duty, &scene.case.workflow, Some(from)).is_some() => {
                    continue;
                }
                None => None,
            };
            let Some(number) = draft.owe_by_policy(duty, Some(to), None, about) else {
                continue;
            };
            if let Some(old) = replaced {
                draft.void(&format!("replaced by the terms of {to}"), |it| it.number == old);
            }
            tighter.push(number);
        }
        tighter
    }

    /// When an obligation would be due if a pause of it ended now.
    pub(super) fn due_if_resumed(&self, scene: &Scene<'_>, owed: &Obligation) -> At {
        match owed.standing {
            Standing::Paused { since, .. } => {
                let running = scene.world.stamped.running(owed.terms.calendar.as_ref());
                owed.resumed(since, scene.ask.at, running).due
            }
            Standing::Owed | Standing::Met { .. } | Standing::Waived { .. } | Standing::Void { .. } => owed.terms.due,
        }
    }
}

/// The terms of the same duty if it were opened now, or `None` where the policy has none.
fn terms_now(draft: &Draft<'_>, duty: Duty, severity: Severity) -> Option<Terms> {
    let target = draft.world.stamped.target(duty, &draft.case.workflow, Some(severity))?;
    Some(draft.stamp(&target.terms, 1))
}
