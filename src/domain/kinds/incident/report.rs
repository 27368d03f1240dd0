//! How it stands: an update, alone or with what it says of the state and the severity, and when the next one comes.
//!
//! The policy's cadence says by when the next one is owed. Whoever gives one may promise it for another moment: earlier as they
//! like, later as far as the policy lets them. Where the policy asks for none, a promise is theirs alone.

use super::{Command, Event, Incident, IncidentState, Reached};
use crate::domain::every_case;
use crate::domain::line::{Named, Sentence, say};
use crate::domain::obligation::{Holder, Terms};
use crate::domain::scene::Scene;
use crate::domain::{At, Body, Draft, Duty, Label, PersonId, Refusal, Ruling, Severity, text};

impl Incident {
    /// `told`: its words were told with what they say of the state or the severity, so that only when the next one comes is left
    /// to tell.
    pub(super) fn update(
        &self,
        scene: &Scene<'_>,
        text: &str,
        next: Option<At>,
        told: bool,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let owed = scene.case.owed(Duty::Update);
        let has_a_part = self.sits(&by) || self.acknowledged_by() == Some(&by);
        let of_a_role = owed.filter(|it| matches!(it.holder, Holder::Roles(_)));
        if let Some(owed) = of_a_role.filter(|_| !has_a_part) {
            scene.answering(owed).map_err(|refusal| match refusal {
                Refusal::NotYours { what, roles, instead } => {
                    let note = every_case::Verb::Note.on(scene.case.id).with("…");
                    let instead = say![instead, ", or write ", note, ", which everybody may"];
                    Refusal::NotYours { what, roles, instead }
                }
                other => other,
            })?;
        }
        let text = text::text("the update", text)?;
        let mut draft = scene.draft();
        draft.push(Event::Updated { by: by.clone(), text: text.clone(), next });
        draft.meet(|it| it.duty == Duty::Update);
        match next {
            Some(next) => self.promise(scene, &mut draft, &by, next)?,
            None if owed.is_some() => drop(draft.owe_by_policy(Duty::Update, Some(self.severity), None, None)),
            None => {}
        }
        self.work_goes_on(scene, &mut draft, &by);
        let next = draft.case.owed(Duty::Update).map(|next| next.terms.due);
        if !told || next.is_some() {
            let text = if told { String::new() } else { text };
            draft.tell_case(every_case::Telling::Said { what: Label::from("update"), by, text, next, for_all: true });
        }
        let next = next.map_or_else(String::new, |due| format!("; the next one by {}", scene.moment(due)));
        Ok(draft.done(format!("update told{next}")))
    }

    /// The next update is owed by the moment that somebody promises.
    fn promise(&self, scene: &Scene<'_>, draft: &mut Draft<'_>, by: &PersonId, next: At) -> Result<(), Refusal> {
        let at = scene.ask.at;
        if next <= at {
            return Err(Refusal::NotAfter("the next update", "now"));
        }
        let policy = scene.world.stamped;
        let target = policy.target(Duty::Update, &scene.case.workflow, Some(self.severity));
        let of_the_policy = target.and_then(|target| Some((target, target.holder.clone()?)));
        let Some((target, role)) = of_the_policy else {
            draft.owe(Duty::Update, Holder::Person(by.clone()), Terms::until(next, at), None);
            return Ok(());
        };
        let running = policy.running(target.terms.calendar.as_ref());
        let most = target.next_at_most.unwrap_or(target.terms.within);
        let latest = running.add(at, most).unwrap_or(at + most);
        if next > latest {
            return Err(Refusal::missing(format!(
                "promise the next update of {} for {} at the latest: the policy allows {most}.",
                scene.case.id,
                scene.moment(latest),
            )));
        }
        let terms = Terms::promised(&target.terms, next, at, policy);
        draft.owe(Duty::Update, Holder::Roles(vec![role]), terms, None);
        Ok(())
    }

    /// One thing after the other, each by its own rule and on the incident as the one before has made it. Where one is
    /// refused, none is done.
    pub(super) fn report(
        &self,
        scene: &Scene<'_>,
        text: &str,
        severity: Option<Severity>,
        reached: Option<Reached>,
        next: Option<At>,
    ) -> Result<Ruling, Refusal> {
        let words = || text.to_owned();
        let mut steps: Vec<Command> = Vec::new();
        // What is so already, since somebody was a moment earlier, is no reason to refuse the words.
        let severity = severity.filter(|to| *to != self.severity);
        let reached = reached.filter(|it| !matches!((it, self.state), (Reached::Contained, IncidentState::Contained)));
        steps.extend(severity.map(|to| Command::ChangeSeverity { to, reason: words() }));
        match (reached, next) {
            (Some(Reached::Resolved), Some(_)) => {
                return Err(Refusal::missing(
                    "leave the next update out: nobody owes one any more once it is resolved.".to_owned(),
                ));
            }
            (Some(Reached::Resolved), None) => steps.push(Command::Resolve { text: words() }),
            (Some(Reached::Contained), next) => {
                steps.extend([Command::Contain { text: words() }, Command::Update { text: words(), next }]);
            }
            (None, next) => steps.push(Command::Update { text: words(), next }),
        }
        let mut case = scene.case.clone();
        let mut whole = Ruling::nothing();
        let mut replies: Vec<Sentence> = Vec::new();
        for step in steps {
            let now = Scene { case: &case, ..*scene };
            let ruling = match (&case.body, &step) {
                (Body::Incident(incident), Command::Update { text, next }) if !whole.notices.is_empty() => {
                    incident.update(&now, text, *next, true)?
                }
                (body, step) => body.decide(&step.clone().into(), &now)?,
            };
            ruling.events.iter().for_each(|event| case.apply(event, scene.ask.at));
            if let Some(every_case::Telling::Done { what }) = ruling.reply.and_then(|reply| reply.telling.of_any_case())
            {
                replies.push(what);
            }
            whole.events.extend(ruling.events);
            whole.notices.extend(ruling.notices);
            whole.then.extend(ruling.then);
        }
        let what = replies.into_iter().reduce(|all, one| say![all, "; ", one]).unwrap_or_default();
        Ok(Ruling { reply: scene.draft().done(what).reply, ..whole })
    }
}
