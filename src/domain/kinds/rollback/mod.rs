//! Rollbacks: proposed → authorised → running → confirmed. Here: what a rollback is, and how that follows from what became true
//! of it.
//!
//! It is bound to what it goes from and to: another version, digest or way out voids what was authorised and said. It alters
//! nothing before the evidence is sealed. A drill is the same in everything but its word, and is never shown as the real thing.
//! Not here: freezes and when the next drill is due, which are the bot's to watch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AskedNow, Began, Counted, Drafted, Kind, Reach, Seal, Waits};
use crate::domain::every_case::wake::TimePassed;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::obligation::{Attribution, Obligation};
use crate::domain::policy::{Channel, RollbackRule, StepRule, Way, Windows};
use crate::domain::scene::Scene;
use crate::domain::{
    Act, Ask, At, Call, Called, Case, CaseId, Draft, Duty, Label, PersonId, Policy, QueueId, Refusal, RoleId,
    RollbackDuty, Ruling, Severity, SystemId, WorkflowId, World,
};

mod acts;
mod afterwards;
mod authorising;
mod calling;
mod command;
mod drills;
mod event;
mod measured;
mod rules;
mod running;
mod state;
mod telling;
#[cfg(test)]
mod tests;

pub use calling::{CallStands, MachineWord};
pub use command::{Change, Command, Due, Opening, Plan, Verb};
pub use event::{DrillDue, Event, Planned, Proposed, Retargeted};
pub use measured::Measured;
pub use state::{
    Altering, Compared, Drill, Flight, Gap, LookBack, Outcome, RollbackState, Said, Sealed, StepStands, Tick,
    TriedAgain, Trouble, Version, Word,
};
pub use telling::{Before, Telling};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    pub state: RollbackState,
    /// `None`: a drill is due, and nobody has said of what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<PersonId>,
    /// `None`: it is the real thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
    pub way: Way,
    pub from: Version,
    pub to: Version,
    /// Counts from 1; whoever changes the versions or the way makes the next.
    pub revision: u32,
    /// Who made the revision that stands, where that isn't what was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<PersonId>,
    pub reason: String,
    /// The case that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<CaseId>,
    pub rule: Box<RollbackRule>,
    /// Of this revision, by the number of the criterion, from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ticks: BTreeMap<u32, Tick>,
    /// Of this revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
    /// What each party said last of this revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
    /// Of this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorised: Option<Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altering: Option<Box<Altering>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Word>,
    /// By the number of the step, from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<u32, StepStands>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub downstream: BTreeMap<SystemId, Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<(Flight, Word)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_back: Option<Box<LookBack>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub looked_at: BTreeMap<SystemId, Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Word>,
    /// Who was asked to confirm something, and couldn't: it isn't so yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubled: Vec<Trouble>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried_again: Vec<TriedAgain>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Who brought it to its end, when, and with which words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Word>,
}

impl Kind for Rollback {
    type Opening = Opening;
    type Command = Command;
    type Event = Event;
    const COUNTED: &'static [&'static str] = &measured::COUNTED;
    type Telling = Telling;

    fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
        rules::open(id, opening, ask, world)
    }

    fn opened_from(_opening: &mut Opening, _message: OpenedFrom) {}

    fn converts(_opening: &Opening) -> Option<&Channel> {
        None
    }

    fn about(opening: &Opening) -> Option<CaseId> {
        opening.on
    }

    fn begin(event: &Event) -> Option<(Began, Rollback)> {
        match event {
            Event::Proposed(proposed) => {
                proposed.began.by.as_ref()?;
                Some((proposed.began.clone(), Rollback::proposed(proposed)))
            }
            Event::DrillDue(due) => Some((due.began.clone(), Rollback::due(due))),
            Event::Planned(_)
            | Event::DrillHeld { .. }
            | Event::GapFound { .. }
            | Event::GapClosed { .. }
            | Event::TriedAgain { .. }
            | Event::CriterionTicked { .. }
            | Event::WayCompared(_)
            | Event::Retargeted(_)
            | Event::GoSaid { .. }
            | Event::Authorised { .. }
            | Event::Refused { .. }
            | Event::AlteringDecided { .. }
            | Event::EvidenceSealed { .. }
            | Event::Started { .. }
            | Event::PointAgreed { .. }
            | Event::StepDone { .. }
            | Event::StepBlocked { .. }
            | Event::StepSkipped { .. }
            | Event::CallBegun { .. }
            | Event::CallFailed { .. }
            | Event::CalledAnew { .. }
            | Event::MachineSaidLate { .. }
            | Event::DownstreamConfirmed { .. }
            | Event::AnsweredNo { .. }
            | Event::FlightAnswered { .. }
            | Event::LookedBack { .. }
            | Event::LookBackAnswered { .. }
            | Event::SourceConfirmed { .. }
            | Event::Confirmed { .. }
            | Event::Abandoned { .. } => None,
        }
    }

    fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Proposed(_) | Event::DrillDue(_) => {}
            Event::Planned(planned) => {
                let Planned { by, drill, way, from, to, reason } = &**planned;
                self.state = RollbackState::Proposed;
                self.proposed_by = Some(by.clone());
                self.drill = Some(drill.clone());
                self.way = *way;
                (self.from, self.to, self.reason) = (from.clone(), to.clone(), reason.clone());
            }
            Event::DrillHeld { into: case } => {
                let text = Some(match case {
                    Some(case) => format!("{case} was held instead"),
                    None => "another drill was held instead".to_owned(),
                });
                self.end(RollbackState::Confirmed, Word { by: None, stands_in_for: None, at, text });
            }
            Event::GapFound { number, by, assignee, due, text, obligation } => self.gaps.push(Gap {
                number: *number,
                by: by.clone(),
                text: text.clone(),
                assignee: assignee.clone(),
                due: *due,
                obligation: *obligation,
                closed: None,
            }),
            Event::GapClosed { number, by, text } => {
                if let Some(gap) = self.gaps.iter_mut().find(|gap| gap.number == *number) {
                    gap.closed = Some(Word::of(by, at, Some(text)));
                }
            }
            Event::TriedAgain { by, held, text } => {
                self.tried_again.push(TriedAgain { held: *held, word: Word::of(by, at, Some(text)) });
            }
            Event::CriterionTicked { by, criterion, met, text } => {
                let tick = Tick { by: by.clone(), at, met: *met, text: text.clone() };
                self.ticks.insert(*criterion, tick);
            }
            Event::WayCompared(compared) => {
                self.compared.retain(|it| it.way != compared.way);
                self.compared.push((**compared).clone());
            }
            Event::Retargeted(retargeted) => {
                let Retargeted { by, revision, way, from, to, reason: _ } = &**retargeted;
                (self.revision, self.way) = (*revision, *way);
                (self.from, self.to) = (from.clone(), to.clone());
                self.changed_by = Some(by.clone());
                self.authorised = None;
                self.altering = None;
                self.said.clear();
                self.ticks.clear();
                self.compared.clear();
                self.state = RollbackState::Proposed;
            }
            Event::GoSaid { by, stands_in_for, role, go, reason } => {
                self.said.retain(|it| it.role != *role);
                let word = Word { stands_in_for: stands_in_for.clone(), ..Word::of(by, at, reason.as_deref()) };
                self.said.push(Said { role: role.clone(), go: *go, word });
            }
            Event::Authorised { by, stands_in_for, revision: _, reason } => {
                self.state = RollbackState::Authorised;
                self.authorised = Some(Word { stands_in_for: stands_in_for.clone(), ..Word::of(by, at, Some(reason)) });
            }
            Event::Refused { by, reason } => self.end(RollbackState::Refused, Word::of(by, at, Some(reason))),
            Event::AlteringDecided { by, clocks, cases, unnamed, reason } => {
                let (clocks, cases, unnamed) = (clocks.clone(), cases.clone(), *unnamed);
                let word = Word::of(by, at, Some(reason));
                self.altering = Some(Box::new(Altering { clocks, cases, unnamed, word }));
            }
            Event::EvidenceSealed { size, root } => {
                self.sealed = Some(Sealed { at, size: *size, root: root.clone() });
            }
            Event::Started { by } => {
                self.state = RollbackState::Running;
                self.started = Some(Word::of(by, at, None));
            }
            Event::PointAgreed { by, stands_in_for, step, reason } => {
                let word = Word { stands_in_for: stands_in_for.clone(), ..Word::of(by, at, Some(reason)) };
                self.step_mut(*step).agreed = Some(word);
            }
            Event::StepDone { by, step, text } => {
                let stands = self.step_mut(*step);
                stands.done = Some(Word { by: by.clone(), stands_in_for: None, at, text: text.clone() });
            }
            Event::StepBlocked { by, step, reason } => {
                let word = Word { by: by.clone(), stands_in_for: None, at, text: Some(reason.clone()) };
                let is_called = self.step_rule(*step).is_some_and(|rule| rule.webhook.is_some());
                let stands = self.step_mut(*step);
                stands.blocked = Some(word);
                // Whoever says no, nobody is called any more, also where nobody was yet.
                if is_called {
                    let call = stands.call.get_or_insert_default();
                    call.over = true;
                    call.said_no |= by.is_none();
                }
            }
            Event::CallBegun { step } => {
                self.step_mut(*step).call.get_or_insert_default().begun = Some(at);
            }
            Event::CallFailed { step, text, again } => {
                let call = self.step_mut(*step).call.get_or_insert_default();
                call.tries += 1;
                (call.text, call.again, call.over) = (Some(text.clone()), *again, again.is_none());
            }
            Event::CalledAnew { by: _, step } => {
                let stands = self.step_mut(*step);
                let last = stands.call.take().unwrap_or_default();
                // Only a machine that said no is asked something new: else it has to know the call again.
                let round = last.round + u32::from(last.said_no);
                let called_before = last.may_have_come_through();
                stands.call = Some(CallStands { round, called_before, ..CallStands::default() });
                stands.blocked = None;
            }
            Event::MachineSaidLate { step, done, text } => {
                let late = MachineWord { at, done: *done, text: text.clone() };
                self.step_mut(*step).call.get_or_insert_default().late = Some(late);
            }
            Event::StepSkipped { by, step, reason } => {
                self.step_mut(*step).skipped = Some(Word::of(by, at, Some(reason)));
            }
            Event::DownstreamConfirmed { by, system, text } => {
                self.troubled.retain(|it| it.system.as_ref() != Some(system));
                self.downstream.insert(system.clone(), Word::of(by, at, Some(text)));
            }
            Event::AnsweredNo { by, system, text } => {
                self.troubled.retain(|it| it.system != *system);
                self.troubled.push(Trouble { system: system.clone(), word: Word::of(by, at, Some(text)) });
            }
            Event::FlightAnswered { by, flight, text } => {
                self.in_flight = Some((*flight, Word::of(by, at, Some(text))));
            }
            Event::LookedBack { by, from, to, count, text } => {
                let word = Word::of(by, at, Some(text));
                self.looked_at.clear();
                self.look_back = Some(Box::new(LookBack { from: *from, to: *to, count: *count, word }));
            }
            Event::LookBackAnswered { by, system, text } => {
                self.looked_at.insert(system.clone(), Word::of(by, at, Some(text)));
            }
            Event::SourceConfirmed { by, text } => {
                self.troubled.retain(|it| it.system.is_some());
                self.source = Some(Word::of(by, at, Some(text)));
            }
            Event::Confirmed { by, outcome, text } => {
                self.outcome = Some(*outcome);
                self.end(RollbackState::Confirmed, Word::of(by, at, Some(text)));
            }
            Event::Abandoned { by, reason } => self.end(RollbackState::Abandoned, Word::of(by, at, Some(reason))),
        }
    }

    fn state(&self) -> &'static str {
        self.state_word()
    }

    fn state_at(&self, _at: At) -> &'static str {
        self.state_word()
    }

    fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    fn severity(&self) -> Option<Severity> {
        None
    }

    fn bound_to(&self, duty: Duty) -> Option<u32> {
        match duty.of_rollback() {
            Some(RollbackDuty::AuthoriseRollback | RollbackDuty::SayGo | RollbackDuty::StartRollback) => {
                Some(self.revision)
            }
            Some(RollbackDuty::AgreePoint | RollbackDuty::DoStep) => self.next_step().map(|(number, _)| number),
            Some(
                RollbackDuty::AnswerNoGo
                | RollbackDuty::AnswerInFlight
                | RollbackDuty::ConfirmDownstream
                | RollbackDuty::LookBack
                | RollbackDuty::AnswerLookBack
                | RollbackDuty::ConfirmSource
                | RollbackDuty::HoldDrill
                | RollbackDuty::CloseGap
                | RollbackDuty::ConfirmRollback,
            )
            | None => None,
        }
    }

    fn nature(&self, _at: At) -> Vec<String> {
        let live = if self.is_drill() { "drill" } else { "live" };
        let way = self.way.word();
        [Some(live), Some(way), self.outcome.map(Outcome::word)].into_iter().flatten().map(str::to_owned).collect()
    }

    fn queue(&self, _case: &Case) -> Option<(QueueId, Windows)> {
        None
    }

    fn waits(&self, _case: &Case) -> Option<Waits> {
        None
    }

    fn counted(&self, case: &Case, from: At, to: At) -> Vec<Counted> {
        measured::counted(self, case, from, to)
    }

    fn insiders(&self) -> Vec<PersonId> {
        Vec::new()
    }

    /// What is owed in it is owed by roles.
    fn seats_of(&self, _person: &PersonId) -> Vec<Label> {
        Vec::new()
    }

    fn pass_seats(&mut self, _seats: &[Label], _to: &PersonId, _at: At) {}

    fn reach_of_opening(_opening: &Opening) -> Option<Reach> {
        None
    }

    fn reached_by_opening(_opening: &mut Opening, _cases: Vec<Case>) {}

    fn reach(&self, _command: &Command) -> Option<Reach> {
        None
    }

    fn reached_by(_command: &mut Command, _cases: Vec<Case>) {}

    fn changes_who_sees(_event: &Event) -> bool {
        false
    }

    fn excluded(&self, owed: &Obligation) -> Vec<PersonId> {
        match owed.duty.of_rollback() {
            // Whoever proposed it or chose where it goes doesn't authorise it, nor what can't be taken back.
            Some(RollbackDuty::AuthoriseRollback | RollbackDuty::AgreePoint) => self.proposers(),
            Some(
                RollbackDuty::SayGo
                | RollbackDuty::StartRollback
                | RollbackDuty::AnswerNoGo
                | RollbackDuty::DoStep
                | RollbackDuty::AnswerInFlight
                | RollbackDuty::ConfirmDownstream
                | RollbackDuty::LookBack
                | RollbackDuty::AnswerLookBack
                | RollbackDuty::ConfirmSource
                | RollbackDuty::HoldDrill
                | RollbackDuty::CloseGap
                | RollbackDuty::ConfirmRollback,
            )
            | None => Vec::new(),
        }
    }

    fn attributed(&self, _owed: &Obligation, _scene: &Scene<'_>) -> Option<Attribution> {
        None
    }

    fn relies_on(&self, _acknowledgement: &Obligation, _case: &Case) -> bool {
        false
    }

    fn with_draft(_command: &Command, _draft: &Drafted) -> Option<Command> {
        None
    }

    fn with_seal(command: &Command, seal: &Seal) -> Option<Command> {
        let Command::Start { sealed: Seal::Wanted, revision } = command else { return None };
        Some(Command::Start { sealed: seal.clone(), revision: *revision })
    }

    fn restrict(opening: &mut Opening) -> bool {
        opening.restricted = true;
        true
    }

    fn other_case(_command: &Command) -> Option<CaseId> {
        None
    }

    fn wakes_at(&self) -> Option<At> {
        None
    }

    fn call(&self, case: &Case) -> Option<Call> {
        self.call_now(case)
    }

    fn called(number: u32, round: u32, called: &Called) -> Option<Command> {
        Some(Command::MachineSaid { step: number, round, called: called.clone() })
    }

    fn decide(&self, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        rules::decide(self, command, scene)
    }

    fn acts(&self, scene: &Scene<'_>) -> Vec<Act> {
        acts::acts(self, scene)
    }

    fn follow_up_on(_message: KeptMessage) -> Option<Command> {
        None
    }

    fn example(workflow: &WorkflowId, _policy: &Policy) -> Opening {
        acts::example(workflow)
    }

    /// Silence is never go, and no step is done by itself: what the ladder tells is all that time brings.
    fn time_passed(_draft: &mut Draft<'_>, _passed: &[TimePassed]) {}

    /// Rollbacks have no channel of their own unless they are restricted: what is told is for all who read theirs.
    fn is_for_all(_telling: &Telling) -> bool {
        true
    }

    fn up_to_date(telling: Telling, asked: &AskedNow<'_>) -> Option<Telling> {
        telling.up_to_date(asked)
    }
}

impl Rollback {
    fn proposed(proposed: &Proposed) -> Rollback {
        Rollback {
            proposed_by: proposed.began.by.clone(),
            drill: proposed.drill.clone(),
            way: proposed.way,
            from: proposed.from.clone(),
            to: proposed.to.clone(),
            reason: proposed.reason.clone(),
            on: proposed.on,
            ..Rollback::new(RollbackState::Proposed, &proposed.rule)
        }
    }

    /// The bot opened it by itself: somebody is to say what is drilled.
    fn due(due: &DrillDue) -> Rollback {
        let drill = Some(Drill { text: None, announced: true });
        Rollback { drill, ..Rollback::new(RollbackState::Due, &due.rule) }
    }

    fn new(state: RollbackState, rule: &RollbackRule) -> Rollback {
        let nothing = || Version { name: String::new(), digest: None };
        Rollback {
            state,
            proposed_by: None,
            drill: None,
            way: Way::RollBack,
            from: nothing(),
            to: nothing(),
            revision: 1,
            changed_by: None,
            reason: String::new(),
            on: None,
            rule: Box::new(rule.clone()),
            ticks: BTreeMap::new(),
            compared: Vec::new(),
            said: Vec::new(),
            authorised: None,
            altering: None,
            sealed: None,
            started: None,
            steps: BTreeMap::new(),
            downstream: BTreeMap::new(),
            in_flight: None,
            look_back: None,
            looked_at: BTreeMap::new(),
            source: None,
            troubled: Vec::new(),
            gaps: Vec::new(),
            tried_again: Vec::new(),
            outcome: None,
            ended: None,
        }
    }

    /// Who proposed it, and who chose where it goes now: neither of them authorises it.
    fn proposers(&self) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = self.proposed_by.iter().chain(&self.changed_by).cloned().collect();
        people.dedup();
        people
    }

    /// One that didn't help isn't called confirmed.
    fn state_word(&self) -> &'static str {
        match self.outcome {
            Some(Outcome::Failed) => Outcome::Failed.word(),
            Some(Outcome::Recovered | Outcome::Contained | Outcome::InMaintenance) | None => self.state.word(),
        }
    }

    pub fn is_drill(&self) -> bool {
        self.drill.is_some()
    }

    fn end(&mut self, state: RollbackState, word: Word) {
        self.state = state;
        self.ended = Some(word);
    }

    fn step_mut(&mut self, number: u32) -> &mut StepStands {
        self.steps.entry(number).or_default()
    }

    /// How a step stands.
    pub fn step(&self, number: u32) -> StepStands {
        self.steps.get(&number).cloned().unwrap_or_default()
    }

    /// The steps of the way out that is taken, by their numbers from 1.
    pub fn steps_to_do(&self) -> impl Iterator<Item = (u32, &StepRule)> {
        (1..).zip(self.rule.steps_of(self.way))
    }

    /// A step of the way out that is taken, by its number.
    fn step_rule(&self, number: u32) -> Option<&StepRule> {
        self.steps_to_do().find(|(it, _)| *it == number).map(|(_, rule)| rule)
    }

    /// It was gone: somebody or something did a step of it.
    pub fn was_gone(&self) -> bool {
        self.steps.values().any(|step| step.done.is_some())
    }

    /// How many steps there are.
    pub fn steps_in_all(&self) -> u32 {
        self.rule.steps_of(self.way).count() as u32
    }

    /// The step that comes next.
    pub fn next_step(&self) -> Option<(u32, &StepRule)> {
        self.steps_to_do().find(|(number, _)| !self.step(*number).is_over())
    }

    /// Whose go is missing, or who said no.
    pub fn without_go(&self) -> Vec<&RoleId> {
        let said_go = |role: &RoleId| self.said.iter().any(|said| said.go && said.role == *role);
        self.rule.go.iter().filter(|role| !said_go(role)).collect()
    }
}
