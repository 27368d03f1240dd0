//! Incidents: open → acknowledged → contained → resolved → reviewed, and who may take which step.
//!
//! Each step opens and discharges duties; their clocks and ladders are the engine's. Not here: channels and cards, which
//! the courier draws from the case; what people may see, which is [`Case::is_visible_to`]; notes, links and pauses, which
//! are the same for every kind of case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::command::{Command, Impact, OpenIncident, SeatName, Which};
use super::event::{Event, IncidentOpened};
use super::nature::Nature;
use super::notice::Telling;
use super::obligation::{Climbed, Holder, Obligation};
use super::policy::{Channel, Workflow};
use super::refusal::did_you_mean;
use super::{
    Ask, At, Body, Case, CaseId, ClassId, Draft, Duty, PathId, PersonId, Refusal, RoleId, Ruling, Severity, Span, World,
};

mod hearing;
#[cfg(test)]
mod tests;

use hearing::Hearing;

/// Longest title, in characters: it has to fit on a card and in a sentence.
pub const TITLE_AT_MOST: usize = 200;
/// How long somebody has to say that the work goes on, where the policy has no target for it.
const STILL_WORKING_WITHIN: Span = Span::minutes(30);
/// How long a paged role has, where the policy has no target for it. Also how long a lapsed acknowledgement may stay
/// open, where the severity was changed to one that owes none.
const PAGE_WITHIN: Span = Span::minutes(15);

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
    /// The approval path whose slowness it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_path: Option<PathId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moments: BTreeMap<Which, Moment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seats: BTreeMap<SeatName, PersonId>,
    /// Their numbers count from 1, so number `n` is at `n - 1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// Who has it in hand. `None` again when the acknowledgement lapsed or the incident was reopened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Words>,
    /// What the impact really is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed: Option<Words>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update: Option<Words>,
    /// How it was resolved, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Words>,
    /// Who brought it into its state, when, and with which words. `None`: it is as it was opened, or time did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Words>,
    /// Duplicates that were merged into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<CaseId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentState {
    Open,
    Acknowledged,
    Contained,
    /// Over, but not closed: the review is owed.
    Resolved,
    Reviewed,
    Merged {
        into: CaseId,
    },
    Withdrawn,
}

/// What somebody said at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub by: PersonId,
    pub at: At,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// When something happened, by whose word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub number: u32,
    pub assignee: PersonId,
    pub due: At,
    pub text: String,
    /// The number of the duty that keeps its clock.
    pub obligation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<At>,
}

impl IncidentState {
    pub const fn word(self) -> &'static str {
        match self {
            IncidentState::Open => "open",
            IncidentState::Acknowledged => "acknowledged",
            IncidentState::Contained => "contained",
            IncidentState::Resolved => "resolved",
            IncidentState::Reviewed => "reviewed",
            IncidentState::Merged { .. } => "merged",
            IncidentState::Withdrawn => "withdrawn",
        }
    }

    pub const fn is_closed(self) -> bool {
        match self {
            IncidentState::Open | IncidentState::Acknowledged | IncidentState::Contained | IncidentState::Resolved => {
                false
            }
            IncidentState::Reviewed | IncidentState::Merged { .. } | IncidentState::Withdrawn => true,
        }
    }

    /// Whether there is still something to be done about what happened.
    pub const fn is_live(self) -> bool {
        matches!(self, IncidentState::Open | IncidentState::Acknowledged | IncidentState::Contained)
    }
}

impl Incident {
    pub fn begin(opened: &IncidentOpened) -> Incident {
        let moment = |&(which, at): &(Which, At)| (which, Moment { at, said_by: opened.by.clone() });
        Incident {
            state: IncidentState::Open,
            severity: opened.severity,
            technical: opened.technical,
            class: opened.class.clone(),
            nature: opened.nature,
            impact: opened.impact,
            because: opened.because.clone(),
            slow_path: opened.slow_path.clone(),
            moments: opened.moments.iter().map(moment).collect(),
            seats: BTreeMap::new(),
            follow_ups: Vec::new(),
            acknowledged: None,
            assessed: None,
            last_update: None,
            resolved: None,
            turned: None,
            absorbed: Vec::new(),
        }
    }

    /// Folds one event that came at `at`. What isn't an incident's changes nothing.
    pub fn apply(&mut self, event: &Event, at: At) {
        let said = |by: &PersonId, text: &str| Some(Words { by: by.clone(), at, text: text.to_owned() });
        match event {
            Event::Acknowledged { by } => {
                self.state = IncidentState::Acknowledged;
                self.acknowledged = said(by, "");
                self.turned = said(by, "");
            }
            Event::AcknowledgementLapsed => {
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
            Event::Reviewed { by, text } => {
                self.state = IncidentState::Reviewed;
                self.turned = said(by, text);
            }
            Event::Reopened { by, reason } => {
                self.state = IncidentState::Open;
                self.acknowledged = None;
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
            Event::Updated { by, text } => self.last_update = said(by, text),
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
            Event::MomentSet { by, which, at } => {
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
            _ => {}
        }
    }

    pub fn acknowledged_by(&self) -> Option<&PersonId> {
        self.acknowledged.as_ref().map(|words| &words.by)
    }

    pub fn merged_into(&self) -> Option<CaseId> {
        match self.state {
            IncidentState::Merged { into } => Some(into),
            _ => None,
        }
    }

    pub fn lead(&self) -> Option<&PersonId> {
        self.seats.get(&SeatName::Lead)
    }

    /// Whether the person is in one of its seats.
    pub fn sits(&self, person: &PersonId) -> bool {
        self.seats.values().any(|seated| seated == person)
    }

    /// Who sits in its seats.
    pub fn seated(&self) -> impl Iterator<Item = &PersonId> {
        self.seats.values()
    }

    fn empty_seats(&self) -> impl Iterator<Item = SeatName> {
        SeatName::ALL.into_iter().filter(|seat| !self.seats.contains_key(seat))
    }

    /// Whether `duty` still has something to wait for. What severity asks of it is the policy's.
    fn awaits(&self, duty: Duty) -> bool {
        match (duty, self.state) {
            (Duty::Acknowledge, state) => state == IncidentState::Open,
            (Duty::Assess, state) => state.is_live() && self.impact == Impact::Unclear,
            (Duty::Contain, state) => matches!(state, IncidentState::Open | IncidentState::Acknowledged),
            (Duty::Update | Duty::Resolve | Duty::FillSeat, state) => state.is_live(),
            (Duty::Review, state) => state == IncidentState::Resolved,
            // These are owed because somebody asked for them, never because of a state.
            (Duty::FollowUp | Duty::StillWorking | Duty::AnswerPage, _) => false,
            (Duty::Decide | Duty::AnswerQuestion | Duty::ReviewBreakGlass, _) => false,
        }
    }

    /// The duties that the state calls for, with what each is about: a seat, where it is one of the seats.
    fn calls_for(&self) -> Vec<(Duty, Option<String>)> {
        let plain = [Duty::Acknowledge, Duty::Assess, Duty::Contain, Duty::Update, Duty::Resolve, Duty::Review];
        let seats = self.empty_seats().map(|seat| (Duty::FillSeat, Some(seat.word().to_owned())));
        plain.into_iter().map(|duty| (duty, None)).chain(seats).filter(|(duty, _)| self.awaits(*duty)).collect()
    }
}

/// Opens an incident with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn open(id: CaseId, wanted: &OpenIncident, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    if let Some(person) = ask.by.person() {
        known(person, world)?;
    }
    world.require("opening an incident", &world.policy.may.open_incident, &ask.by)?;
    let workflows = &world.policy.workflows;
    let Some(workflow) = workflows.get(&wanted.workflow) else {
        let hint = did_you_mean(wanted.workflow.as_str(), workflows.keys().map(|name| name.as_str()));
        return Err(Refusal::NoSuchWorkflow(wanted.workflow.to_string(), hint));
    };
    let title = title(&wanted.title, wanted)?;
    known_class(wanted.class.as_ref(), wanted.technical, world)?;
    let told = [wanted.occurred, wanted.detected, wanted.aware];
    let moments: Vec<(Which, At)> =
        Which::ALL.into_iter().zip(told).filter_map(|(which, at)| Some((which, at?))).collect();
    if let Some(&(_, future)) = moments.iter().find(|(_, at)| *at > ask.at) {
        return Err(Refusal::Future(future));
    }
    let opened = IncidentOpened {
        by: ask.by.person().cloned(),
        workflow: wanted.workflow.clone(),
        homes: homes(id, wanted.restricted, workflow),
        policy: world.policy.digest.clone(),
        title: title.clone(),
        severity: wanted.severity,
        technical: wanted.technical,
        class: wanted.class.clone(),
        nature: wanted.nature,
        impact: wanted.impact,
        restricted: wanted.restricted,
        moments,
        because: wanted.because.as_deref().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned),
        slow_path: wanted.slow_path.clone(),
    };
    let because = opened.because.clone();
    let first = Event::IncidentOpened(Box::new(opened));
    let mut draft = Draft::begin(id, first, ask, world).expect("an incident begins with IncidentOpened");
    owe_what_the_state_calls_for(&mut draft);
    let Some((number, due, urgent)) =
        draft.case.owed(Duty::Acknowledge).map(|it| (it.number, it.terms.due, it.terms.urgent))
    else {
        return Ok(draft.done(format!("opened as {}; this policy asks nobody to acknowledge it", wanted.severity)));
    };
    let people = draft.waiting_on(number);
    let telling = Telling::IncidentOpened {
        case: id,
        title,
        severity: wanted.severity,
        workflow: wanted.workflow.clone(),
        by: ask.by.person().cloned(),
        people: people.clone(),
        due,
        because,
    };
    draft.tell_case_and(&people, telling, vec![number], urgent);
    let answer = match people.as_slice() {
        [] => format!(
            "opened as {}, but nobody holds {} now, so nobody was asked to acknowledge it: `/incident page {id} ROLE why` \
             calls somebody in",
            wanted.severity,
            role_of(&draft.case, number),
        ),
        people => {
            let (names, due) = (world.names(people), moment(due, ask, world));
            format!("opened as {}; {names} acknowledges it by {due}", wanted.severity)
        }
    };
    Ok(draft.done(answer))
}

fn known_class(class: Option<&ClassId>, technical: Option<u8>, world: &World<'_>) -> Result<(), Refusal> {
    if let Some(class) = class
        && !world.policy.classes.contains_key(class)
    {
        let hint = did_you_mean(class.as_str(), world.policy.classes.keys().map(|name| name.as_str()));
        return Err(Refusal::Missing(format!("there is no incident class “{class}” in the policy.{hint}")));
    }
    if technical.is_some_and(|technical| !(1..=5).contains(&technical)) {
        return Err(Refusal::Missing("technical severity is a number from 1 (the worst) to 5.".to_owned()));
    }
    Ok(())
}

/// One line that fits on a card.
fn title(typed: &str, wanted: &OpenIncident) -> Result<String, Refusal> {
    let parts = typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty());
    let title = parts.collect::<Vec<_>>().join(" ");
    match title.chars().count() {
        0 => Err(Refusal::Missing(format!(
            "the title is missing: say in a few words what is wrong, as in `/incident open {} scores drift for new customers`.",
            wanted.workflow
        ))),
        have if have > TITLE_AT_MOST => Err(Refusal::TooLong { what: "the title", have, most: TITLE_AT_MOST }),
        _ => Ok(title),
    }
}

/// Where the case is told about. A restricted one has a channel of its own on each platform, which its people alone see, and
/// no other home; where the policy gives every incident its own, the workflow's channels show its card beside.
fn homes(id: CaseId, restricted: bool, workflow: &Workflow) -> Vec<Channel> {
    let mut homes: Vec<Channel> = Vec::new();
    if restricted || workflow.own_channels.incidents {
        for channel in &workflow.channels {
            if homes.iter().all(|home| home.platform != channel.platform) {
                homes.push(Channel::own(&channel.platform, id));
            }
        }
    }
    if !restricted {
        homes.extend(workflow.channels.iter().cloned());
    }
    homes
}

/// Decides what an ask means for an incident.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(incident: &Incident, case: &Case, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    use Command as C;
    use IncidentState::{Acknowledged, Contained, Merged, Open, Resolved, Reviewed, Withdrawn};
    let id = case.id;
    let heard = Hearing { incident, case, ask, world };
    match (incident.state, &ask.command) {
        // The engine answers these before any rulebook is asked.
        (_, C::Wake | C::Note { .. } | C::Link { .. } | C::Invite { .. } | C::Pause { .. } | C::Resume { .. }) => {
            Ok(Ruling::nothing())
        }
        (_, C::Waive { .. } | C::Contest { .. } | C::Settle { .. }) => Ok(Ruling::nothing()),
        (_, C::OpenIncident(_) | C::RequestApproval(_)) => {
            Err(Refusal::Missing(format!("a new case gets a number of its own: leave {id} out.")))
        }
        (
            _,
            C::Approve { .. } | C::Decline { .. } | C::Amend { .. } | C::AskRequester { .. } | C::AnswerQuestion { .. },
        ) => Err(Refusal::WrongKind { case: id, what: "an incident", needs: "an approval" }),
        (_, C::Supersede { .. } | C::BreakGlass { .. } | C::ReviewBreakGlass { .. }) => {
            Err(Refusal::WrongKind { case: id, what: "an incident", needs: "an approval" })
        }

        // What stays possible after the end.
        (_, C::FollowUpDone { number }) => heard.follow_up_done(*number),
        (_, C::SetMoment { which, at }) => heard.set_moment(*which, *at),
        (_, C::Classify { class, technical, nature }) => heard.classify(class.as_ref(), *technical, nature),

        (Open, C::Acknowledge) => heard.acknowledge(),
        (Acknowledged | Contained | Resolved, C::Acknowledge) => {
            let instead = format!("`/incident update {id} …` says how it stands.");
            Err(heard.already("acknowledged", incident.acknowledged.as_ref(), instead))
        }

        (Acknowledged, C::StillWorking) => heard.still_working(),
        (Open, C::StillWorking) => {
            Err(Refusal::Missing(format!("{id} isn't acknowledged now. `/incident ack {id}` takes it in hand.")))
        }
        (Contained | Resolved, C::StillWorking) => {
            Err(heard.already_there("Nobody has to say any more that the work goes on.".to_owned()))
        }

        (Open | Acknowledged | Contained | Resolved, C::Assess { text }) => heard.assess(text),

        (Open | Acknowledged, C::Contain { text }) => heard.contain(text),
        (Contained, C::Contain { .. }) => {
            let instead = format!("`/incident update {id} …` adds to it, `/incident resolve {id} …` ends it.");
            Err(heard.already_there(instead))
        }
        (Resolved, C::Contain { .. }) => Err(heard.after_resolving()),

        (Open | Acknowledged | Contained, C::Resolve { text }) => heard.resolve(text),
        (Resolved, C::Resolve { .. }) => Err(heard.after_resolving()),

        (Resolved, C::AcceptReview { text }) => heard.accept_review(text),
        (Open | Acknowledged | Contained, C::AcceptReview { .. }) => Err(Refusal::Missing(format!(
            "{id} is {} and not resolved yet. `/incident resolve {id} …` comes first, then the review.",
            incident.state.word()
        ))),

        (Resolved | Reviewed, C::Reopen { reason }) => heard.reopen(reason),
        (Open | Acknowledged | Contained, C::Reopen { .. }) => {
            Err(heard.already_there(format!("There is nothing to reopen; `/incident update {id} …` says what is new.")))
        }

        (Open | Acknowledged | Contained | Resolved, C::Merge { into }) => heard.merge(*into),
        (Open | Acknowledged | Contained | Resolved | Reviewed, C::Absorb { other }) => heard.absorb(*other),

        (Open | Acknowledged | Contained, C::Withdraw { reason }) => heard.withdraw(reason),
        (Resolved, C::Withdraw { .. }) => Err(heard.after_resolving()),

        (Open | Acknowledged | Contained, C::Update { text }) => heard.update(text),
        (Resolved, C::Update { .. }) => Err(heard.after_resolving()),

        (Open | Acknowledged | Contained | Resolved, C::Decision { text }) => heard.decision(text),
        (Open | Acknowledged | Contained | Resolved, C::FollowUp { assignee, due, text }) => {
            heard.follow_up(assignee, *due, text)
        }
        (Open | Acknowledged | Contained | Resolved, C::Page { role, reason }) => heard.page(role, reason),
        (Open | Acknowledged | Contained | Resolved, C::AnswerPage) => heard.answer_page(),
        (Open | Acknowledged | Contained | Resolved, C::ChangeSeverity { to, reason }) => {
            heard.change_severity(*to, reason)
        }
        (Open | Acknowledged | Contained | Resolved, C::TakeSeat { seat, person }) => {
            heard.take_seat(*seat, person.as_ref())
        }

        // The desk rolls the whole merge back when the other half of it is refused here.
        (Merged { .. } | Withdrawn, C::Absorb { .. } | C::Reopen { .. }) => Err(heard.closed()),
        (
            Reviewed | Merged { .. } | Withdrawn,
            C::Acknowledge
            | C::StillWorking
            | C::Assess { .. }
            | C::Contain { .. }
            | C::Resolve { .. }
            | C::AcceptReview { .. }
            | C::Merge { .. }
            | C::Withdraw { .. }
            | C::Update { .. }
            | C::Decision { .. }
            | C::FollowUp { .. }
            | C::Page { .. }
            | C::AnswerPage
            | C::ChangeSeverity { .. }
            | C::TakeSeat { .. },
        ) => Err(heard.closed()),
    }
}

/// Time passed over an obligation of an incident. Nobody answered “still working on it?”: the acknowledgement lapses, and
/// with it the trust that one role is enough, so the first role of the ladder is asked at the same time.
pub fn climbed(draft: &mut Draft<'_>, before: &Obligation, climbed: &Climbed) {
    if before.duty != Duty::StillWorking || climbed.breach.is_none() {
        return;
    }
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    if incident.state != IncidentState::Acknowledged {
        return;
    }
    let severity = Some(incident.severity);
    let stood_on = draft.case.obligations.iter().find(|it| draft.case.stands_on(it)).map(|it| it.holder.clone());
    let target = draft.world.stamped.target(Duty::Acknowledge, &draft.case.workflow, severity);
    let mut roles: Vec<RoleId> = match (target.and_then(|it| it.holder.clone()), stood_on) {
        (Some(role), _) => vec![role],
        (None, Some(Holder::Roles(roles))) => roles,
        (None, Some(Holder::Person(_)) | None) => Vec::new(),
    };
    let ladder = target.and_then(|it| draft.world.stamped.ladders.get(&it.terms.ladder));
    if let Some(first) = ladder.and_then(|it| it.climb.first())
        && !roles.contains(&first.tell)
    {
        roles.push(first.tell.clone());
    }
    draft.push(Event::AcknowledgementLapsed);
    let number = before.number;
    draft.push(Event::Voided { number, reason: "nobody answered; the acknowledgement lapsed".to_owned() });
    let number = draft.owe_anyway(Duty::Acknowledge, severity, Holder::Roles(roles), None, PAGE_WITHIN);
    let people = draft.waiting_on(number);
    let (case, title, due) = (draft.case.id, draft.case.title.clone(), due_of(&draft.case, number));
    let urgent = draft.case.obligation(number).is_some_and(|it| it.terms.urgent);
    let telling = Telling::AcknowledgementLapsed { case, title, people: people.clone(), due };
    draft.tell_case_and(&people, telling, vec![number], urgent);
}

/// An acknowledgement grew old: whoever has the incident in hand is asked whether the work goes on.
pub fn ask_still_working(draft: &mut Draft<'_>, acknowledgement: &Obligation) {
    if !draft.case.stands_on(acknowledgement) {
        return;
    }
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    let Some(person) = incident.acknowledged_by().cloned() else {
        return;
    };
    let severity = Some(incident.severity);
    draft.push(Event::AskedStillWorking { number: acknowledgement.number });
    let holder = Holder::Person(person.clone());
    let number = draft.owe_anyway(Duty::StillWorking, severity, holder, None, STILL_WORKING_WITHIN);
    let people = draft.waiting_on(number);
    let (case, title, due) = (draft.case.id, draft.case.title.clone(), due_of(&draft.case, number));
    let urgent = draft.case.obligation(number).is_some_and(|it| it.terms.urgent);
    // A deputy is asked by name: the question is for whoever can answer it.
    let person = people.first().cloned().unwrap_or(person);
    draft.tell_case_and(&people, Telling::StillWorking { case, title, person, due }, vec![number], urgent);
}

/// Opens each duty that the state calls for, that isn't open yet, and that the policy has a target for.
fn owe_what_the_state_calls_for(draft: &mut Draft<'_>) {
    let Body::Incident(incident) = &draft.case.body else {
        return;
    };
    let severity = Some(incident.severity);
    for (duty, about) in incident.calls_for() {
        if !draft.case.open_obligations().any(|it| it.duty == duty && it.about == about) {
            draft.owe_by_policy(duty, severity, None, about);
        }
    }
}

fn due_of(case: &Case, number: u32) -> At {
    case.obligation(number).map_or(case.touched, |it| it.terms.due)
}

fn role_of(case: &Case, number: u32) -> String {
    let role = case.obligation(number).and_then(|it| it.holder.role());
    role.map_or_else(|| "that role".to_owned(), RoleId::to_string)
}

fn known(person: &PersonId, world: &World<'_>) -> Result<(), Refusal> {
    if world.policy.people.contains_key(person) { Ok(()) } else { Err(Refusal::Stranger) }
}

/// A moment as the person who asks reads it: `15:04`, with the date where that isn't today.
fn moment(at: At, ask: &Ask, world: &World<'_>) -> String {
    let zone = ask.by.person().and_then(|person| world.policy.people.get(person)).map_or(chrono_tz::UTC, |it| it.zone);
    let (Some(at), Some(now)) = (at.utc(), ask.at.utc()) else {
        return "an unknown time".to_owned();
    };
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let shape = if at.date_naive() == now.date_naive() { "%H:%M" } else { "%-d %b %H:%M" };
    at.format(shape).to_string()
}
