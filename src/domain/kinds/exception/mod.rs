//! Exceptions: raised → triaged → in review → with a specialist → ruled on → closed. Here: what an exception is, how that
//! follows from what became true of it, and whether it is in force.
//!
//! What was granted is never written anew: a renewal is another grant, by somebody other than who asked for it. Every surface
//! that says whether one is in force asks [`in_force`]. Not here: the queue that exceptions wait in, which is the bot's to watch.

use serde::{Deserialize, Serialize};

use super::{AskedNow, Began, Counted, Drafted, Kind, Reach, Seal, Waits};
use crate::domain::every_case::wake::TimePassed;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::obligation::{Attribution, Obligation};
use crate::domain::policy::{Channel, ExceptionClass, Windows};
use crate::domain::scene::Scene;
use crate::domain::{
    Act, Ask, At, Call, Called, Case, CaseId, Draft, Duty, ExceptionClassId, ExceptionDuty, Label, PersonId, Policy,
    QueueId, Refusal, Ruling, Severity, Span, WorkflowId, World,
};

mod acts;
mod command;
mod control;
mod ending;
mod event;
mod granting;
mod review;
mod rules;
mod state;
mod telling;
#[cfg(test)]
mod tests;

pub use command::{Command, Opening, Verb, Wanted, WantedControl};
pub use event::{Event, Raised};
pub use state::{Advice, Control, ExceptionState, Grant, Lease, Proof, Recommendation, RenewalAsked, Stretch, Turned};
pub use telling::Telling;

/// How long those who rule have, where the policy has no target for it.
const RULE_WITHIN: Span = Span::days(3);
/// The same of a specialist.
const RECOMMEND_WITHIN: Span = Span::days(2);
/// How long whoever raised it has for what follows: an answer to its expiry, a correction.
const FOLLOW_WITHIN: Span = Span::days(5);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    pub state: ExceptionState,
    pub raised_by: PersonId,
    pub class: ExceptionClassId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<At>,
    /// The case that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<CaseId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recommendations: Vec<Recommendation>,
    /// The first grant and its renewals, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<RenewalAsked>,
    /// How many warnings of the last grant are said.
    #[serde(default)]
    pub warned: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// When it was in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stretches: Vec<Stretch>,
    /// When it came to the end of a grant, as that was agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expiries: Vec<At>,
    /// Who brought it into its state, when, and with which words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Turned>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Windows>,
    /// Who answers for it in the place of whoever raised it, to whom that was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<PersonId>,
}

/// What can be handed over of one: that somebody works on it, and that they answer for it.
const IN_HAND: &str = "in-hand";
const ANSWERS: &str = "answers";

/// Whether an exception is in force at a moment. Whatever is in doubt, it is not: one that was never granted, is suspended, has
/// come to its end, whether or not the bot has said so yet, or isn't granted yet at that moment.
pub fn in_force(exception: &Exception, at: At) -> bool {
    let granted = exception.state == ExceptionState::Granted;
    granted
        && exception.grants.last().is_some_and(|grant| grant.from <= at && grant.until.is_none_or(|until| at < until))
}

impl Kind for Exception {
    type Opening = Opening;
    type Command = Command;
    type Event = Event;
    const COUNTED: &'static [&'static str] = &ending::COUNTED;
    type Telling = Telling;

    fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
        rules::open(id, opening, ask, world)
    }

    fn opened_from(opening: &mut Opening, message: OpenedFrom) {
        opening.from = Some(Box::new(message));
    }

    fn converts(_opening: &Opening) -> Option<&Channel> {
        None
    }

    fn about(opening: &Opening) -> Option<CaseId> {
        opening.on
    }

    fn begin(event: &Event) -> Option<(Began, Exception)> {
        match event {
            Event::Raised(raised) => Some((raised.began.clone(), Exception::raised(raised)?)),
            Event::Triaged { .. }
            | Event::Taken { .. }
            | Event::HandedBack { .. }
            | Event::LeaseEnded { .. }
            | Event::SentToSpecialist { .. }
            | Event::Recommended { .. }
            | Event::SentBack { .. }
            | Event::Granted(_)
            | Event::Refused { .. }
            | Event::Corrected { .. }
            | Event::RenewalAsked { .. }
            | Event::Renewed(_)
            | Event::RenewalRefused { .. }
            | Event::ExpiryNear { .. }
            | Event::Expired { .. }
            | Event::Suspended { .. }
            | Event::Lifted { .. }
            | Event::ControlProven { .. }
            | Event::Closed { .. }
            | Event::Withdrawn { .. } => None,
        }
    }

    fn apply(&mut self, event: &Event, at: At) {
        let turned = |by: &PersonId, text: &str| Some(Turned { at, by: Some(by.clone()), text: Some(text.to_owned()) });
        match event {
            Event::Raised(_) => {}
            Event::Triaged { by: _, class } => {
                self.turn(ExceptionState::Triaged);
                self.class = class.clone();
            }
            Event::Taken { by, until, from: _ } => {
                if self.state == ExceptionState::Triaged {
                    self.state = ExceptionState::InReview;
                }
                self.lease = Some(Lease { by: by.clone(), until: *until });
            }
            Event::HandedBack { .. } | Event::LeaseEnded { .. } => self.lease = None,
            Event::SentToSpecialist { .. } => self.turn(ExceptionState::WithSpecialist),
            Event::Recommended { by, stands_in_for, role, advice, reason } => {
                self.turn(ExceptionState::InReview);
                self.recommendations.push(Recommendation {
                    by: by.clone(),
                    stands_in_for: stands_in_for.clone(),
                    role: role.clone(),
                    at,
                    advice: *advice,
                    reason: reason.clone(),
                });
            }
            Event::SentBack { .. } => self.turn(ExceptionState::InReview),
            Event::Granted(grant) | Event::Renewed(grant) => {
                let was_in_force = in_force(self, at);
                self.turn(ExceptionState::Granted);
                self.grants.push((**grant).clone());
                (self.warned, self.renewal) = (0, None);
                self.turned = turned(&grant.by, &grant.reason);
                if !was_in_force {
                    self.stretches.push(Stretch { from: at, to: None });
                }
            }
            Event::Refused { by, reason } => {
                self.turn(ExceptionState::Refused);
                self.turned = turned(by, reason);
            }
            Event::Corrected { by, text } => {
                self.turn(ExceptionState::Corrected);
                self.turned = turned(by, text);
            }
            Event::RenewalAsked { by, until, reason } => {
                let (by, reason) = (by.clone(), reason.clone());
                self.renewal = Some(RenewalAsked { by, at, until: *until, reason });
            }
            Event::RenewalRefused { .. } => (self.renewal, self.lease) = (None, None),
            Event::ExpiryNear { through } => self.warned = *through,
            Event::Expired { until } => {
                self.end_stretch(*until);
                self.turn(ExceptionState::Expired);
                self.expiries.push(*until);
                self.turned = Some(Turned { at: *until, by: None, text: None });
            }
            Event::Suspended { by, reason } => {
                self.end_stretch(at);
                self.turn(ExceptionState::Suspended);
                self.turned = Some(Turned { at, by: by.clone(), text: reason.clone() });
            }
            Event::Lifted { by, reason } => {
                self.turn(ExceptionState::Granted);
                self.stretches.push(Stretch { from: at, to: None });
                self.turned = turned(by, reason);
            }
            Event::ControlProven { by, text, url } => {
                self.proof = Some(Proof { by: by.clone(), at, text: text.clone(), url: url.clone() });
            }
            Event::Closed { by, text } => {
                self.end_stretch(at);
                self.turn(ExceptionState::Closed);
                self.renewal = None;
                self.turned = turned(by, text);
            }
            Event::Withdrawn { by, reason } => {
                self.turn(ExceptionState::Withdrawn);
                self.turned = turned(by, reason);
            }
        }
    }

    fn state(&self) -> &'static str {
        self.state.word()
    }

    fn state_at(&self, at: At) -> &'static str {
        match self.state {
            ExceptionState::Granted | ExceptionState::Suspended if self.has_run_out(at) => {
                ExceptionState::Expired.word()
            }
            state => state.word(),
        }
    }

    fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    fn severity(&self) -> Option<Severity> {
        None
    }

    fn bound_to(&self, _duty: Duty) -> Option<u32> {
        None
    }

    fn nature(&self, at: At) -> Vec<String> {
        let in_force = in_force(self, at).then(|| "in force".to_owned());
        [self.class.to_string()].into_iter().chain(in_force).collect()
    }

    fn queue(&self, case: &Case) -> Option<(QueueId, Windows)> {
        self.watch.map(|windows| (QueueId::Exceptions(case.workflow.clone()), windows))
    }

    /// Until somebody rules, on the exception or on its renewal.
    fn waits(&self, case: &Case) -> Option<Waits> {
        let asked = self.state.awaits_ruling().then_some(case.opened);
        let since = asked.or(self.renewal.as_ref().map(|renewal| renewal.at))?;
        Some(Waits::of(case, since, &[Duty::TriageException, Duty::Recommend, Duty::RuleException]))
    }

    fn counted(&self, case: &Case, from: At, to: At) -> Vec<Counted> {
        ending::counted(self, case, from, to)
    }

    fn insiders(&self) -> Vec<PersonId> {
        Vec::new()
    }

    fn seats_of(&self, person: &PersonId) -> Vec<Label> {
        let taken = self.lease.as_ref().is_some_and(|lease| lease.by == *person);
        let answers = !self.state.is_closed() && self.answers_for() == person;
        let seats = [taken.then_some(IN_HAND), answers.then_some(ANSWERS)];
        seats.into_iter().flatten().map(Label::from).collect()
    }

    fn pass_seats(&mut self, seats: &[Label], to: &PersonId, _at: At) {
        for seat in seats {
            match (seat.as_str(), &mut self.lease) {
                (IN_HAND, Some(lease)) => lease.by.clone_from(to),
                (ANSWERS, _) => self.handed_to = Some(to.clone()),
                (_, _) => {}
            }
        }
    }

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
        match owed.duty.of_exception() {
            Some(ExceptionDuty::RuleException) => self.may_not_rule(),
            Some(ExceptionDuty::Recommend) => vec![self.raised_by.clone()],
            Some(
                ExceptionDuty::TriageException
                | ExceptionDuty::ProveControl
                | ExceptionDuty::AnswerExpiry
                | ExceptionDuty::CorrectException,
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

    fn with_seal(_command: &Command, _seal: &Seal) -> Option<Command> {
        None
    }

    fn restrict(_opening: &mut Opening) -> bool {
        false
    }

    fn other_case(_command: &Command) -> Option<CaseId> {
        None
    }

    fn wakes_at(&self) -> Option<At> {
        let lease = self.lease.as_ref().map(|lease| lease.until);
        let warning = self.grant_that_runs().and_then(|grant| grant.warn.get(self.warned as usize).copied());
        let end = self.grant_that_runs().and_then(|grant| grant.until);
        [lease, warning, end].into_iter().flatten().min()
    }

    fn call(&self, _case: &Case) -> Option<Call> {
        None
    }

    fn called(_number: u32, _round: u32, _called: &Called) -> Option<Command> {
        None
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

    fn example(workflow: &WorkflowId, policy: &Policy) -> Opening {
        acts::example(workflow, policy)
    }

    fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]) {
        ending::time_passed(draft, passed);
    }

    /// Exceptions have no channel of their own: what is told is for all who read theirs.
    fn is_for_all(_telling: &Telling) -> bool {
        true
    }

    fn up_to_date(telling: Telling, asked: &AskedNow<'_>) -> Option<Telling> {
        telling.up_to_date(asked)
    }
}

impl Exception {
    /// An exception is always somebody's.
    fn raised(raised: &Raised) -> Option<Exception> {
        Some(Exception {
            state: ExceptionState::Raised,
            raised_by: raised.began.by.clone()?,
            class: raised.class.clone(),
            reason: raised.reason.clone(),
            wanted: raised.until,
            on: raised.on,
            lease: None,
            recommendations: Vec::new(),
            grants: Vec::new(),
            renewal: None,
            warned: 0,
            proof: None,
            stretches: Vec::new(),
            expiries: Vec::new(),
            turned: None,
            watch: raised.watch,
            handed_to: None,
        })
    }

    /// Into another state. Whoever had taken it has no part in what comes next: it is for those who must work on it then.
    fn turn(&mut self, state: ExceptionState) {
        self.state = state;
        self.lease = None;
    }

    fn end_stretch(&mut self, at: At) {
        if let Some(stretch) = self.stretches.last_mut().filter(|stretch| stretch.to.is_none()) {
            stretch.to = Some(at);
        }
    }

    /// Who says what follows when it runs out, and puts right what is wrong: whoever raised it, or has that from them.
    pub fn answers_for(&self) -> &PersonId {
        self.handed_to.as_ref().unwrap_or(&self.raised_by)
    }

    pub fn grant(&self) -> Option<&Grant> {
        self.grants.last()
    }

    /// The grant whose end is still to come or to be said.
    fn grant_that_runs(&self) -> Option<&Grant> {
        match self.state {
            ExceptionState::Granted | ExceptionState::Suspended => self.grants.last(),
            ExceptionState::Raised
            | ExceptionState::Triaged
            | ExceptionState::InReview
            | ExceptionState::WithSpecialist
            | ExceptionState::Expired
            | ExceptionState::Refused
            | ExceptionState::Corrected
            | ExceptionState::Closed
            | ExceptionState::Withdrawn => None,
        }
    }

    fn has_run_out(&self, at: At) -> bool {
        self.grants.last().and_then(|grant| grant.until).is_some_and(|until| until <= at)
    }

    /// How many times it was renewed.
    pub fn renewals(&self) -> u32 {
        (self.grants.len() as u32).saturating_sub(1)
    }

    /// Who has taken it at a moment.
    pub fn taken_by(&self, at: At) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| at < lease.until)
    }

    /// Who may not rule: whoever raised it or answers for it now, recommended on it, or asked for the renewal; and in whose seat somebody recommended.
    pub fn may_not_rule(&self) -> Vec<PersonId> {
        let recommended = self.recommendations.iter().flat_map(|it| [Some(&it.by), it.stands_in_for.as_ref()]);
        let asked = self.renewal.as_ref().map(|renewal| &renewal.by);
        let mut out = vec![self.raised_by.clone()];
        for person in recommended.flatten().chain(asked).chain(&self.handed_to) {
            if !out.contains(person) {
                out.push(person.clone());
            }
        }
        out
    }

    /// The class as the policy has it that the exception goes on under.
    fn class_of<'a>(&self, scene: &Scene<'a>) -> Result<&'a ExceptionClass, Refusal> {
        let class = scene.world.stamped.exceptions.classes.get(&self.class);
        class.ok_or_else(|| {
            Refusal::missing(format!(
                "raise it anew: the policy that {} was raised under is lost, and with it the class {}.",
                scene.case.id, self.class
            ))
        })
    }
}
