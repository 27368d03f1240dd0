//! Incidents: open → acknowledged → contained → resolved → reviewed. Here: what an incident is, and how it follows from what
//! became true of it.
//!
//! Each step opens and discharges duties; their clocks and ladders are the obligation's. Not here: channels and cards, which
//! the courier draws from the case; what people may see, which is [`Case::is_visible_to`]; notes, links and pauses, which
//! are the same for every kind of case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AskedNow, Began, Counted, Drafted, Kind, Reach, Seal, Waits};
use crate::domain::every_case::wake::TimePassed;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::obligation::{About, Attribution, Obligation};
use crate::domain::policy::{Channel, Windows};
use crate::domain::scene::Scene;
use crate::domain::{
    Act, Ask, At, Call, Called, Case, CaseId, ClassId, ClockId, Draft, Duty, Label, PersonId, Policy, QueueId, Refusal,
    Ruling, Severity, Span, WorkflowId, World,
};

mod acts;
mod clocks;
mod command;
mod event;
mod follow_ups;
mod nature;
mod report;
mod restrict;
mod rules;
mod seats;
mod severity;
mod state;
mod steps;
mod still_working;
mod telling;
#[cfg(test)]
mod tests;

pub use clocks::{Altering, Held, Law, LawState, Submission, Watched, forbids_altering};
use command::Needs;
pub use command::{Command, Lawful, Opening, Verb};
pub use event::{Event, KnownMoment, Opened, Run};
pub use nature::{Entity, Harm, HarmType, Intent, Nature, Timing};
pub use state::{FollowUp, Impact, IncidentState, Moment, Reached, Remark, SeatName, Which};
pub use telling::Telling;

/// Longest post-incident review, in characters: it tells the whole story of the incident.
pub const REVIEW_AT_MOST: usize = 400_000;
/// How long a paged role has, where the policy has no target for it. Also how long a lapsed acknowledgement may stay
/// open, where the severity was changed to one that owes none.
const PAGE_WITHIN: Span = Span::minutes(15);
/// How long whoever promises to see to a message has for it: a reaction can't say.
const FOLLOW_UP_WITHIN: Span = Span::days(7);
/// So long before the ledger's time stamps end, new ones are due.
const NEW_STAMPS_AHEAD: Span = Span::days(7);
/// What is left at the least to whoever sees to it, where they end within days or have ended.
const NEW_STAMPS_WITHIN: Span = Span::days(1);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub state: IncidentState,
    pub severity: Severity,
    /// How broken the machine is, `1` the worst; apart from governance severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassId>,
    /// What harm it did, and what caused it.
    #[serde(flatten)]
    pub nature: Nature,
    pub impact: Impact,
    /// For what the bot opened by itself: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The queue whose slowness it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// Of one about the ledger's time stamps: until when the newest can be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamps_end: Option<At>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moments: BTreeMap<Which, Moment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seats: BTreeMap<SeatName, PersonId>,
    /// Their numbers count from 1, so number `n` is at `n - 1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// Who has it in hand. `None` again when the acknowledgement lapsed or the incident was reopened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Remark>,
    /// What the impact really is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed: Option<Remark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update: Option<Remark>,
    /// How it was resolved, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Remark>,
    /// When it was reopened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<At>,
    /// Who brought it into its state, when, and with which words. `None`: it is as it was opened, or time did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Remark>,
    /// Duplicates that were merged into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<CaseId>,
    /// The laws that may ask for a report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regimes: Vec<Watched>,
    /// What is known of each report that a law asks for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clocks: BTreeMap<ClockId, Held>,
}

impl Kind for Incident {
    type Opening = Opening;
    type Command = Command;
    type Event = Event;
    const COUNTED: &'static [&'static str] = &[];
    type Telling = Telling;

    fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
        rules::open(id, opening, ask, world)
    }

    fn opened_from(opening: &mut Opening, message: OpenedFrom) {
        opening.from = Some(Box::new(message));
    }

    fn converts(opening: &Opening) -> Option<&Channel> {
        opening.converts.as_ref()
    }

    fn about(_opening: &Opening) -> Option<CaseId> {
        None
    }

    fn begin(event: &Event) -> Option<(Began, Incident)> {
        match event {
            Event::Opened(opened) => Some((opened.began.clone(), Incident::opened(opened))),
            Event::Acknowledged { .. }
            | Event::AcknowledgementLapsed {}
            | Event::Assessed { .. }
            | Event::Contained { .. }
            | Event::Resolved { .. }
            | Event::Reviewed { .. }
            | Event::Reopened { .. }
            | Event::Merged { .. }
            | Event::Absorbed { .. }
            | Event::Withdrawn { .. }
            | Event::Updated { .. }
            | Event::Decided { .. }
            | Event::FollowUpPromised { .. }
            | Event::FollowUpDone { .. }
            | Event::Paged { .. }
            | Event::SeverityChanged { .. }
            | Event::MomentSet { .. }
            | Event::Classified { .. }
            | Event::SeatTaken { .. }
            | Event::SeatLeft { .. }
            | Event::ClockApplies { .. }
            | Event::ClockSetAside { .. }
            | Event::ClockStarted { .. }
            | Event::ClockMoved { .. }
            | Event::ReportSubmitted { .. } => None,
        }
    }

    fn apply(&mut self, event: &Event, at: At) {
        let said = |by: &PersonId, text: &str| Some(Remark { by: by.clone(), at, text: text.to_owned() });
        match event {
            Event::Acknowledged { by } => {
                self.state = IncidentState::Acknowledged;
                self.acknowledged = said(by, "");
                self.turned = said(by, "");
            }
            Event::AcknowledgementLapsed {} => {
                self.state = IncidentState::Open;
                self.acknowledged = None;
                self.turned = None;
            }
            Event::Assessed { by, text } => {
                self.impact = Impact::Known;
                self.assessed = said(by, text);
            }
            Event::Contained { by, text } => {
                self.state = IncidentState::Contained;
                self.turned = said(by, text);
            }
            Event::Resolved { by, text } => {
                self.state = IncidentState::Resolved;
                self.resolved = said(by, text);
                self.turned = said(by, text);
            }
            Event::Reviewed { by, text, drafted_from: _ } => {
                self.state = IncidentState::Reviewed;
                self.turned = said(by, text);
            }
            Event::Reopened { by, reason } => {
                self.state = IncidentState::Open;
                self.acknowledged = None;
                self.forget_what_is_owed_again();
                self.reopened = Some(at);
                self.turned = said(by, reason);
            }
            Event::Merged { by, into } => {
                self.state = IncidentState::Merged { into: *into };
                self.turned = said(by, "");
            }
            Event::Absorbed { other } => self.absorbed.push(*other),
            Event::Withdrawn { by, reason } => {
                self.state = IncidentState::Withdrawn;
                self.turned = said(by, reason);
            }
            Event::Updated { by, text, next: _ } => self.last_update = said(by, text),
            Event::FollowUpPromised { number, by: _, assignee, due, text, obligation } => {
                self.follow_ups.push(FollowUp {
                    number: *number,
                    assignee: assignee.clone(),
                    due: *due,
                    text: text.clone(),
                    obligation: *obligation,
                    done: None,
                });
            }
            Event::FollowUpDone { number, by: _ } => {
                if let Some(promised) = self.follow_ups.iter_mut().find(|it| it.number == *number) {
                    promised.done = Some(at);
                }
            }
            Event::SeverityChanged { to, .. } => self.severity = *to,
            Event::MomentSet { by, which, at, before: _ } => {
                self.moments.insert(*which, Moment { at: *at, said_by: Some(by.clone()) });
            }
            Event::Classified { by: _, class, technical, nature } => {
                self.class = class.clone().or_else(|| self.class.take());
                self.technical = technical.or(self.technical);
                self.nature.amend(nature);
            }
            Event::SeatTaken { seat, person, by: _ } => {
                self.seats.insert(*seat, person.clone());
            }
            Event::SeatLeft { seat, by: _ } => {
                self.seats.remove(seat);
            }
            Event::ClockApplies { by, clock } => {
                let held = self.hold(clock);
                held.applies = said(by, "");
                held.set_aside = None;
            }
            Event::ClockSetAside { by, clock, role, reason } => {
                let held = self.hold(clock);
                held.set_aside = said(by, reason).zip(Some(role.clone()));
                held.run = None;
            }
            Event::ClockStarted { clock, run } | Event::ClockMoved { clock, before: _, run } => {
                self.hold(clock).run = Some(run.clone());
            }
            Event::ReportSubmitted { by, clock, at: when, text, digest } => {
                let (by, at, reference, digest) = (by.clone(), *when, text.clone(), digest.clone());
                let said = Submission { by, at, reference, digest };
                let held = self.hold(clock);
                // Said once more of the same report, it is a correction.
                match held.submitted.iter_mut().find(|it| it.reference == said.reference) {
                    Some(before) => *before = said,
                    None => {
                        held.submitted.push(said);
                        // One of before, said afterwards, ends no time that runs since.
                        held.run = held.run.take().filter(|run| *when < run.start);
                    }
                }
            }
            Event::Opened(_) | Event::Decided { .. } | Event::Paged { .. } => {}
        }
    }

    fn state(&self) -> &'static str {
        self.state.word()
    }

    fn state_at(&self, _at: At) -> &'static str {
        self.state()
    }

    fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn bound_to(&self, _duty: Duty) -> Option<u32> {
        None
    }

    fn nature(&self, _at: At) -> Vec<String> {
        let harm = self.nature.harm.map(|harm| format!("harm {}", harm.word()));
        self.class.iter().map(ClassId::to_string).chain(harm).collect()
    }

    fn queue(&self, _case: &Case) -> Option<(QueueId, Windows)> {
        None
    }

    fn waits(&self, _case: &Case) -> Option<Waits> {
        None
    }

    fn counted(&self, _case: &Case, _from: At, _to: At) -> Vec<Counted> {
        Vec::new()
    }

    fn insiders(&self) -> Vec<PersonId> {
        self.seats.values().cloned().collect()
    }

    fn seats_of(&self, person: &PersonId) -> Vec<Label> {
        self.seats.iter().filter(|(_, sits)| *sits == person).map(|(seat, _)| Label::from(seat.word())).collect()
    }

    fn pass_seats(&mut self, seats: &[Label], to: &PersonId, _at: At) {
        let passed = |seat: &SeatName| seats.iter().any(|it| it.as_str() == seat.word());
        self.seats.iter_mut().filter(|(seat, _)| passed(seat)).for_each(|(_, sits)| sits.clone_from(to));
    }

    fn reach_of_opening(_opening: &Opening) -> Option<Reach> {
        None
    }

    fn reached_by_opening(_opening: &mut Opening, _cases: Vec<Case>) {}

    fn reach(&self, _command: &Command) -> Option<Reach> {
        None
    }

    fn reached_by(_command: &mut Command, _cases: Vec<Case>) {}

    fn changes_who_sees(event: &Event) -> bool {
        match event {
            Event::SeatTaken { .. } | Event::SeatLeft { .. } => true,
            Event::Opened(_)
            | Event::Acknowledged { .. }
            | Event::AcknowledgementLapsed {}
            | Event::Assessed { .. }
            | Event::Contained { .. }
            | Event::Resolved { .. }
            | Event::Reviewed { .. }
            | Event::Reopened { .. }
            | Event::Merged { .. }
            | Event::Absorbed { .. }
            | Event::Withdrawn { .. }
            | Event::Updated { .. }
            | Event::Decided { .. }
            | Event::FollowUpPromised { .. }
            | Event::FollowUpDone { .. }
            | Event::Paged { .. }
            | Event::SeverityChanged { .. }
            | Event::MomentSet { .. }
            | Event::Classified { .. }
            | Event::ClockApplies { .. }
            | Event::ClockSetAside { .. }
            | Event::ClockStarted { .. }
            | Event::ClockMoved { .. }
            | Event::ReportSubmitted { .. } => false,
        }
    }

    fn excluded(&self, _owed: &Obligation) -> Vec<PersonId> {
        Vec::new()
    }

    fn attributed(&self, _owed: &Obligation, _scene: &Scene<'_>) -> Option<Attribution> {
        None
    }

    /// Not once it is contained or closed, and not on one whose place a later acknowledgement took.
    fn relies_on(&self, acknowledgement: &Obligation, case: &Case) -> bool {
        let last = case.obligations.iter().rfind(|it| it.duty == Duty::Acknowledge);
        self.state == IncidentState::Acknowledged && last.is_some_and(|it| it.number == acknowledgement.number)
    }

    fn with_draft(command: &Command, draft: &Drafted) -> Option<Command> {
        match command.needs() {
            Some(Needs::Draft) => {
                Some(Command::AcceptReview { text: draft.text.clone(), drafted_from: Some(draft.entries) })
            }
            Some(Needs::OtherCase(_)) | None => None,
        }
    }

    fn with_seal(_command: &Command, _seal: &Seal) -> Option<Command> {
        None
    }

    fn restrict(_opening: &mut Opening) -> bool {
        false
    }

    /// Merging into a case that one may not see is refused by the case that would stay: see `absorb`.
    fn other_case(command: &Command) -> Option<CaseId> {
        match command.needs() {
            Some(Needs::OtherCase(case)) => Some(case),
            Some(Needs::Draft) | None => None,
        }
    }

    fn wakes_at(&self) -> Option<At> {
        None
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

    fn follow_up_on(message: KeptMessage) -> Option<Command> {
        Some(Command::FollowUpOn { message })
    }

    fn example(workflow: &WorkflowId, _policy: &Policy) -> Opening {
        acts::example(workflow)
    }

    fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]) {
        for it in passed {
            match it {
                TimePassed::Steps { before, passed } => still_working::unanswered(draft, before, passed),
                TimePassed::Expired(acknowledgement) => still_working::ask(draft, acknowledgement),
            }
        }
    }

    fn is_for_all(telling: &Telling) -> bool {
        match telling {
            Telling::Opened { .. }
            | Telling::Paged { .. }
            | Telling::SeverityChanged { .. }
            | Telling::ClockStarted { .. }
            | Telling::WhetherOwed { .. }
            | Telling::ClockMoved { .. } => true,
            Telling::StillWorking { .. }
            | Telling::AcknowledgementLapsed { .. }
            | Telling::FollowUp { .. }
            | Telling::SeatTaken { .. }
            | Telling::SeatLeft { .. } => false,
        }
    }

    fn up_to_date(mut telling: Telling, asked: &AskedNow<'_>) -> Option<Telling> {
        let now = asked.of_whom_by_when();
        match &mut telling {
            Telling::Opened { people, due, .. }
            | Telling::Paged { people, due, .. }
            | Telling::AcknowledgementLapsed { people, due, shift_of: _ }
            | Telling::ClockStarted { people, due, .. }
            | Telling::WhetherOwed { people, due, .. }
            | Telling::ClockMoved { people, due, .. } => {
                if let Some(now) = now {
                    (*people, *due) = now;
                }
            }
            Telling::FollowUp { assignee, due, .. } => {
                if let Some((people, now)) = now {
                    *due = now;
                    assignee.clone_from(&people[0]);
                }
            }
            // The question has a limit of its own.
            Telling::StillWorking { .. } => {}
            // What happened stays as it was.
            Telling::SeverityChanged { .. } | Telling::SeatTaken { .. } | Telling::SeatLeft { .. } => {}
        }
        Some(telling)
    }
}

impl Incident {
    fn opened(opened: &Opened) -> Incident {
        let moment = |known: &KnownMoment| (known.which, Moment { at: known.at, said_by: opened.began.by.clone() });
        Incident {
            state: IncidentState::Open,
            severity: opened.severity,
            technical: opened.technical,
            class: opened.class.clone(),
            nature: opened.nature,
            impact: opened.impact,
            because: opened.because.clone(),
            queue: opened.queue.clone(),
            stamps_end: opened.stamps_end,
            moments: opened.moments.iter().map(moment).collect(),
            seats: BTreeMap::new(),
            follow_ups: Vec::new(),
            acknowledged: None,
            assessed: None,
            last_update: None,
            resolved: None,
            reopened: None,
            turned: None,
            absorbed: Vec::new(),
            regimes: opened.regimes.clone(),
            clocks: BTreeMap::new(),
        }
    }

    pub fn acknowledged_by(&self) -> Option<&PersonId> {
        self.acknowledged.as_ref().map(|words| &words.by)
    }

    pub fn merged_into(&self) -> Option<CaseId> {
        match self.state {
            IncidentState::Merged { into } => Some(into),
            IncidentState::Open
            | IncidentState::Acknowledged
            | IncidentState::Contained
            | IncidentState::Resolved
            | IncidentState::Reviewed
            | IncidentState::Withdrawn => None,
        }
    }

    pub fn lead(&self) -> Option<&PersonId> {
        self.seats.get(&SeatName::Lead)
    }

    pub fn leads(&self, person: &PersonId) -> bool {
        self.lead() == Some(person)
    }

    /// Whether the person is in one of its seats.
    pub fn sits(&self, person: &PersonId) -> bool {
        self.seats.values().any(|seated| seated == person)
    }

    fn empty_seats(&self) -> impl Iterator<Item = SeatName> {
        SeatName::ALL.into_iter().filter(|seat| !self.seats.contains_key(seat))
    }

    /// The duties that follow from its state, each with whether the state as it is calls for it. What severity asks of them is
    /// the policy's. The others are owed because somebody asked for them.
    fn by_state(&self) -> [(Duty, bool); 7] {
        let live = self.state.is_live();
        // Stamps that end do no harm yet: somebody takes it in hand, and there are new ones in time.
        let harms = self.stamps_end.is_none();
        [
            (Duty::Acknowledge, self.state == IncidentState::Open),
            (Duty::Assess, live && self.impact == Impact::Unclear),
            (Duty::Contain, harms && matches!(self.state, IncidentState::Open | IncidentState::Acknowledged)),
            (Duty::Update, harms && live),
            (Duty::Resolve, live),
            (Duty::Review, self.state == IncidentState::Resolved),
            (Duty::FillSeat, harms && live),
        ]
    }

    /// Whether the state calls for `duty`.
    fn awaits(&self, duty: Duty) -> bool {
        self.by_state().contains(&(duty, true))
    }

    /// The duties that the state calls for, with what each is about: a seat, where it is one of the seats.
    fn calls_for(&self) -> Vec<(Duty, Option<About>)> {
        let called_for = self.by_state().into_iter().filter(|(_, called_for)| *called_for);
        let mut called_for: Vec<(Duty, Option<About>)> = called_for.map(|(duty, _)| (duty, None)).collect();
        if self.awaits(Duty::FillSeat) {
            called_for.retain(|(duty, _)| *duty != Duty::FillSeat);
            called_for.extend(self.empty_seats().map(|seat| (Duty::FillSeat, Some(About::named(seat.word())))));
        }
        called_for
    }
}
