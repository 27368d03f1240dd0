//! A step that a machine does: when it is to be called, and what becomes of that. The step's clock runs all the same, and whoever owes
//! the step may do it by hand at any moment: then nobody is called any more.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::afterwards::answer_for_what_was_altered;
use super::authorising::told_once;
use super::{Event, Rollback, RollbackState, Telling, Word};
use crate::domain::obligation::Holder;
use crate::domain::policy::StepRule;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{Actor, At, Call, Called, Case, Duty, Refusal, Ruling, text};

/// How it stands with calling a machine for a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallStands {
    /// Counts from 1; one more each time that somebody has it called anew after it said no. In one round every call has the same id,
    /// so that whoever is called can know it again.
    pub round: u32,
    /// How many tries of this round didn't get through.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// What the last of them came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When the next one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<At>,
    /// The machine has begun, and answers later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<At>,
    /// Nobody is called any more, unless somebody says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// The machine said in this round that it can't be done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub said_no: bool,
    /// It was called in an earlier turn already, which may have come through.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub called_before: bool,
    /// What it said when nobody waited for it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<MachineWord>,
}

impl CallStands {
    /// The machine was called, and whatever it was called for may have been done.
    pub fn may_have_come_through(&self) -> bool {
        self.begun.is_some() || self.tries > 0 || self.called_before
    }
}

/// A machine's word on a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineWord {
    pub at: At,
    pub done: bool,
    pub text: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Default for CallStands {
    fn default() -> CallStands {
        CallStands {
            round: 1,
            tries: 0,
            text: None,
            again: None,
            begun: None,
            over: false,
            said_no: false,
            called_before: false,
            late: None,
        }
    }
}

impl Rollback {
    /// The machine that does a step. In a drill only one that is told so and does nothing real.
    fn machine<'r>(&self, step: &'r StepRule) -> Option<&'r crate::domain::WebhookId> {
        step.webhook.as_ref().filter(|_| !self.is_drill() || step.webhook_in_drills)
    }

    /// The call that is wanted now, or was begun and isn't answered yet.
    pub(super) fn call_now(&self, case: &Case) -> Option<Call> {
        let (number, step) = self.next_step().filter(|_| self.state == RollbackState::Running)?;
        let webhook = self.machine(step)?.clone();
        let since = case.owed(Duty::DoStep)?.opened;
        let stands = self.step(number).call.unwrap_or_default();
        if stands.over {
            return None;
        }
        let data = [
            ("case", json!(case.id.to_string())),
            ("workflow", json!(case.workflow.as_str())),
            ("drill", json!(self.is_drill())),
            ("way", json!(self.way.word())),
            ("step", json!(number)),
            ("steps", json!(self.steps_in_all())),
            ("text", json!(step.text)),
            ("from", json!({ "version": self.from.name, "digest": self.from.digest })),
            ("to", json!({ "version": self.to.name, "digest": self.to.digest })),
            ("revision", json!(self.revision)),
            ("sealed", json!(self.sealed.as_ref().map(|it| json!({ "size": it.size, "root": it.root.as_str() })))),
        ];
        Some(Call {
            number,
            round: stands.round,
            webhook,
            tries: stands.tries,
            not_before: stands.again.unwrap_or(since),
            begun: stands.begun.is_some(),
            about: "rollback.step",
            since,
            data: data.into_iter().collect(),
        })
    }

    /// What a call came to. As long as the step is asked for, what was done is done, whichever call it answers and whoever said meanwhile
    /// that it can't be; a no counts once in a round. After that its answer moves nothing, and is kept once: it may have altered something.
    pub(super) fn machine_said(
        &self,
        scene: &Scene<'_>,
        step: u32,
        round: u32,
        called: &Called,
    ) -> Result<Ruling, Refusal> {
        let too_late = || Refusal::missing(format!("nobody waits any more for step {step} of {}.", scene.case.id));
        let runs = self.state == RollbackState::Running;
        let asked = self.next_step().filter(|(number, rule)| runs && *number == step && self.machine(rule).is_some());
        let stands = self.step(step).call.unwrap_or_default();
        if let (None, true, Called::Done { text } | Called::Blocked { text }) = (asked, round <= stands.round, called) {
            let done = matches!(called, Called::Done { .. });
            return self.machine_said_late(scene, step, done, text).ok_or_else(too_late);
        }
        if asked.is_none()
            || scene.case.owed(Duty::DoStep).is_none()
            || round > stands.round
            || scene.ask.by != Actor::Engine
        {
            return Err(too_late());
        }
        let wanted = || self.call_now(scene.case).filter(|call| call.round == round).ok_or_else(too_late);
        match called {
            Called::Done { text } => self.step_done(scene, Some(step), Some(text)),
            Called::Blocked { .. } if round < stands.round || stands.said_no => Err(too_late()),
            Called::Blocked { text } => {
                let said = text.trim();
                let reason = if said.is_empty() { "the machine says that it can't be done" } else { said };
                self.step_blocked(scene, Some(step), reason)
            }
            Called::Begun if wanted()?.begun => Err(Refusal::missing(format!("step {step} has begun already."))),
            Called::Begun => {
                let mut draft = scene.draft();
                draft.push(Event::CallBegun { step });
                Ok(draft.done(format!("step {step} has begun")))
            }
            Called::Failed { why, again } => {
                let wanted = wanted()?;
                let text = text::text("why it didn't get through", why)?;
                let mut draft = scene.draft();
                draft.push(Event::CallFailed { step, text: text.clone(), again: *again });
                // Whoever owes the step hears of the first, and that nothing more is tried.
                if wanted.tries == 0 || again.is_none() {
                    let owed = scene.owed(Duty::DoStep)?;
                    let (number, people) = (owed.number, scene.waiting_on(owed));
                    let (drill, steps, webhook) = (self.is_drill(), self.steps_in_all(), wanted.webhook.clone());
                    let telling = Telling::CallFailed {
                        drill,
                        step,
                        steps,
                        webhook,
                        text,
                        again: *again,
                        people: people.clone(),
                    };
                    draft.tell_case_and(&people, telling, vec![number], self.rule.urgent);
                }
                Ok(draft.done(format!("step {step} isn't begun")))
            }
        }
    }

    /// `None`: it was answered already, by the same machine.
    fn machine_said_late(&self, scene: &Scene<'_>, step: u32, done: bool, said: &str) -> Option<Ruling> {
        let stands = self.step(step);
        let by_machine = |word: &Option<Word>| word.as_ref().is_some_and(|word| word.by.is_none());
        let call = stands.call.as_ref().filter(|call| call.may_have_come_through())?;
        if scene.ask.by != Actor::Engine
            || call.late.is_some()
            || by_machine(&stands.done)
            || by_machine(&stands.blocked)
        {
            return None;
        }
        let webhook = self.step_rule(step)?.webhook.clone()?;
        let text =
            Some(text::cut(said)).filter(|said| !said.is_empty()).unwrap_or_else(|| "it says no more".to_owned());
        let mut draft = scene.draft();
        draft.push(Event::MachineSaidLate { step, done, text: text.clone() });
        let mut people = persons(scene.world.people.holders(&Holder::Roles(vec![self.rule.run_by.clone()]), &[]));
        told_once(&draft, &mut people);
        let (drill, steps) = (self.is_drill(), self.steps_in_all());
        let telling = Telling::MachineSaidLate { drill, step, steps, webhook, done, text, people: people.clone() };
        draft.tell_case_and(&people, telling, Vec::new(), self.rule.urgent);
        answer_for_what_was_altered(&mut draft);
        Some(draft.done(format!("kept: nobody waits any more for step {step}")))
    }

    /// The machine is called anew for the step that is asked for.
    pub(super) fn call_again(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let Some((step, rule)) = self.next_step().filter(|(_, rule)| self.machine(rule).is_some()) else {
            return Err(Refusal::missing(format!(
                "do it by hand: no machine is called for the step that {} waits for.",
                scene.case.id
            )));
        };
        let roles: Vec<_> = self.rule.authorise.iter().chain([&self.rule.run_by, &rule.role]).cloned().collect();
        scene.require(&format!("having a machine called for {}", scene.case.id), &roles)?;
        scene.owed(Duty::DoStep)?;
        self.no_law_is_in_the_way(scene)?;
        if self.step(step).call.as_ref().is_none_or(|it| it.tries == 0 && it.begun.is_none() && !it.over) {
            return Err(Refusal::missing(format!("wait: step {step} is being called now.")));
        }
        let mut draft = scene.draft();
        draft.push(Event::CalledAnew { by, step });
        let names = scene.names(&persons(scene.world.people.holders(&Holder::Roles(vec![rule.role.clone()]), &[])));
        Ok(draft.done(format!("step {step} is called anew; {names} may do it by hand as well")))
    }
}
