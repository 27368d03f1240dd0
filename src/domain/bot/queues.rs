//! Queues of people's answers: running figures of what comes in, what goes out and what waits, by which it is seen that a queue
//! gets worse before anybody is late; and the one incident about each.
//!
//! The figures are kept as cases begin and stop to wait. They are counts by steps of time (`counts`), so what it takes to
//! judge a queue doesn't follow from how many wait in it. What belongs to no queue of the policy isn't counted.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Draft;
pub use super::counts::Passed;
use super::counts::{Flow, Spread};
use crate::domain::kinds::incident::{self, Impact, Incident, Nature};
use crate::domain::kinds::{Event as Became, Opening, Waits};
use crate::domain::obligation::Holder;
use crate::domain::policy::{QueueRule, Windows};
use crate::domain::ruling::{Then, persons};
use crate::domain::{
    At, Body, Case, CaseId, ClassId, Duty, PathId, People, Policy, RoleId, Severity, Span, WorkflowId, every_case,
    mark, text,
};

/// A queue that is watched. Written `exceptions/credit-scoring`, `path/model-change`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueId {
    /// The exceptions of a workflow that wait for a ruling.
    Exceptions(WorkflowId),
    /// The requests that wait on an approval path.
    Path(PathId),
}

impl fmt::Display for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueId::Exceptions(workflow) => write!(f, "exceptions/{workflow}"),
            QueueId::Path(path) => write!(f, "path/{path}"),
        }
    }
}

/// Not `exceptions/…` or `path/…`.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not a queue such as exceptions/credit-scoring")]
pub struct NotAQueue(String);

impl FromStr for QueueId {
    type Err = NotAQueue;
    fn from_str(text: &str) -> Result<QueueId, NotAQueue> {
        match text.split_once('/') {
            Some(("exceptions", workflow)) => Ok(QueueId::Exceptions(workflow.into())),
            Some(("path", path)) => Ok(QueueId::Path(path.into())),
            Some(_) | None => Err(NotAQueue(text.to_owned())),
        }
    }
}

impl Serialize for QueueId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_newtype_struct(mark::FACT, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for QueueId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<QueueId, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// All queues that are watched, and the incidents about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Queues {
    #[serde(default)]
    pub figures: BTreeMap<QueueId, Figures>,
    /// The open incident about each queue that is slow.
    #[serde(default)]
    pub incidents: BTreeMap<QueueId, Alarm>,
}

/// An incident about a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub case: CaseId,
    pub mood: Mood,
}

/// How a queue does about which there is an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mood {
    Worse,
    /// It doesn't get worse any more; at that moment that has held for long enough.
    Easing {
        holds_at: At,
    },
    Recovered,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "queue.")]
pub enum Event {
    /// It doesn't get worse any more. Whether that holds is seen at `holds_at`.
    Eased { queue: QueueId, holds_at: At },
    /// It gets worse again, while there is an incident about it.
    Relapsed { queue: QueueId },
    /// A deadline of it is near, and there was nothing to say: nobody has to be waited for to look again.
    Looked { queue: QueueId },
    /// That it is better has held for as long as the policy asks.
    Recovered { queue: QueueId },
}

/// The running figures of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub windows: Windows,
    /// Since when it is counted what comes and leaves.
    #[serde(default)]
    counted_from: At,
    short: Flow,
    long: Flow,
    /// Since when they wait.
    pub since: Spread,
    /// When answers are due that aren't late yet.
    due: Spread,
    /// How many are late.
    pub late: u32,
    /// The workflow of the case that came last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowId>,
    /// When it was looked at with nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    looked: Option<At>,
}

/// How a queue stands at a moment, and what comes of it if nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    pub windows: Windows,
    /// Since when it is counted what comes and leaves.
    pub counted_from: At,
    /// How many wait.
    pub depth: u32,
    pub late: u32,
    /// Since when the oldest waits, at most a step too early.
    pub oldest: Option<At>,
    pub short: Passed,
    pub long: Passed,
    /// How long until nobody waits, where in each short window as many leave and come as in the last. `None`: never at this rate.
    pub drained_in: Option<Span>,
    /// The first deadline that is missed at that rate. `None`: none.
    pub first_breach: Option<At>,
}

impl Figures {
    fn new(windows: Windows, at: At) -> Figures {
        Figures {
            windows,
            counted_from: at,
            short: Flow::default(),
            long: Flow::default(),
            since: Spread::default(),
            due: Spread::default(),
            late: 0,
            workflow: None,
            looked: None,
        }
    }

    /// Other windows begin to count anew; what waits goes on waiting.
    fn counted_over(&mut self, windows: Windows, at: At) {
        if self.windows != windows {
            self.windows = windows;
            self.count_anew(at);
        }
    }

    fn count_anew(&mut self, at: At) {
        (self.short, self.long, self.counted_from) = (Flow::default(), Flow::default(), at);
    }

    fn begins_to_wait(&mut self, waits: &Waits, at: At) {
        let Windows { short, long } = self.windows;
        self.short.count(short, at, |passed| passed.came += 1);
        self.long.count(long, at, |passed| passed.came += 1);
        self.since.add(waits.since);
        self.add(waits);
    }

    fn stops_to_wait(&mut self, waited: &Waits, at: At) {
        let Windows { short, long } = self.windows;
        self.short.count(short, at, |passed| passed.left += 1);
        self.long.count(long, at, |passed| passed.left += 1);
        self.since.remove(waited.since);
        self.remove(waited);
    }

    fn add(&mut self, waits: &Waits) {
        match (waits.late, waits.due) {
            (true, _) => self.late += 1,
            (false, Some(due)) => self.due.add(due),
            (false, None) => {}
        }
    }

    fn remove(&mut self, waited: &Waits) {
        match (waited.late, waited.due) {
            (true, _) => self.late = self.late.saturating_sub(1),
            (false, Some(due)) => self.due.remove(due),
            (false, None) => {}
        }
    }

    pub fn outlook(&self, at: At) -> Outlook {
        let Windows { short: window, long } = self.windows;
        let (short, long) = (self.short.within(window, at), self.long.within(long, at));
        let depth = self.since.count();
        let drained_in = takes(depth, short.left.saturating_sub(short.came), window);
        Outlook {
            windows: self.windows,
            counted_from: self.counted_from,
            depth,
            late: self.late,
            oldest: self.since.first(),
            short,
            long,
            drained_in,
            first_breach: self.first_breach(short, window, depth, at),
        }
    }

    /// Answered in the order in which they are due, at the rate of the window: the first whose turn comes after its deadline. Where
    /// none of those that wait is missed and more come than leave, the first of those to come.
    fn first_breach(&self, short: Passed, window: Span, depth: u32, at: At) -> Option<At> {
        let mut before = self.late;
        let mut furthest = at;
        for (due, count) in self.due.ascending() {
            before += count;
            let missed = match takes(before, short.left, window) {
                Some(turn) => at + turn > due,
                None => true,
            };
            if missed {
                return Some(due.max(at));
            }
            furthest = due;
        }
        // Who comes now has about as long as who came last.
        let (growth, target) = (short.came.checked_sub(short.left).filter(|it| *it > 0)?, furthest - at);
        let waits = takes(depth, short.left, window)?;
        let left = i128::from((target - waits).0.max(0));
        let until = left * i128::from(short.left) / i128::from(growth);
        Some(furthest + Span(i64::try_from(until).ok()?))
    }
}

impl Outlook {
    /// How it stands by a rule. It gets worse where both windows agree that more comes than leaves, or that nothing has left at all,
    /// and a deadline is missed by that soon or already. It is well where it is no queue, or nothing is late and it doesn't get worse.
    pub fn stands(&self, rule: &QueueRule, at: At) -> Stands {
        let stood_still = |passed: Passed, window| passed.left == 0 && at - self.counted_from >= window;
        let degrades = |passed: Passed, window| passed.came > passed.left || stood_still(passed, window);
        let Windows { short, long } = self.windows;
        let near = self.late > 0 || self.first_breach.is_some_and(|breach| breach <= at + rule.ahead);
        if self.depth < rule.at_least {
            return Stands::Well;
        }
        match (degrades(self.short, short) && degrades(self.long, long) && near, self.late) {
            (true, _) => Stands::GettingWorse,
            (false, 0) => Stands::Well,
            (false, _) => Stands::NotYetWell,
        }
    }

    /// The figures in a sentence.
    pub fn words(&self) -> String {
        let Outlook { windows, depth, late, short, long, .. } = self;
        let oldest = self.oldest.map_or_else(String::new, |at| format!(", the oldest since {}", text::moment_utc(at)));
        let late = if *late == 0 { String::new() } else { format!(", {late} late") };
        let drained = match self.drained_in {
            Some(span) => format!("it is empty in {span}"),
            None => "it is never empty".to_owned(),
        };
        let missed = match self.first_breach {
            Some(at) => format!("the first deadline is missed at {}", text::moment_utc(at)),
            None if self.late == 0 => "no deadline is missed".to_owned(),
            None if self.late >= self.depth => "every deadline is missed already".to_owned(),
            None => "no other deadline is missed".to_owned(),
        };
        format!(
            "{depth} wait{oldest}{late}. In the last {}, {} came and {} left; in the last {}, {} and {}. At this rate {drained}, and {missed}.",
            windows.short, short.came, short.left, windows.long, long.came, long.left
        )
    }
}

/// How long so many take where so many left within a window. `None`: forever.
fn takes(many: u32, left: u32, window: Span) -> Option<Span> {
    match (many, left) {
        (0, _) => Some(Span::ZERO),
        (_, 0) => None,
        (many, left) => i64::try_from(i128::from(many) * i128::from(window.0) / i128::from(left)).ok().map(Span),
    }
}

/// How a queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    GettingWorse,
    /// Answers come, and some are still late.
    NotYetWell,
    Well,
}

/// What is to be said of a queue now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    GetsWorse,
    Eases,
    Relapses,
    Recovers,
}

impl Queues {
    /// Sees what became true of a case: how it waited before and waits now, and which incident is about a queue. Returns the
    /// queues about which an incident ended.
    pub(super) fn observe(&mut self, case: &Case, event: &Became, waited: Option<Waits>, at: At) -> Vec<QueueId> {
        if let Some((queue, windows)) = case.queue() {
            let waits = case.waits();
            if waited != waits {
                let figures = self.figures.entry(queue).or_insert_with(|| Figures::new(windows, at));
                figures.counted_over(windows, at);
                match (waited, waits) {
                    (None, Some(waits)) => {
                        figures.workflow = Some(case.workflow.clone());
                        figures.begins_to_wait(&waits, at);
                    }
                    (Some(waited), None) => figures.stops_to_wait(&waited, at),
                    (Some(waited), Some(waits)) => {
                        figures.remove(&waited);
                        figures.add(&waits);
                    }
                    (None, None) => {}
                }
            }
        }
        match (&case.body, event) {
            (Body::Incident(incident), Became::Incident(event)) => self.observe_incident(case.id, incident, event, at),
            (Body::Incident(_) | Body::Approval(_) | Body::Exception(_) | Body::Handoff(_) | Body::Rollback(_), _) => {
                Vec::new()
            }
        }
    }

    fn observe_incident(&mut self, id: CaseId, incident: &Incident, event: &incident::Event, at: At) -> Vec<QueueId> {
        let about = Alarm { case: id, mood: Mood::Worse };
        match event {
            incident::Event::Opened(opened) => {
                if let Some(queue) = &opened.queue {
                    self.incidents.insert(queue.clone(), about);
                }
            }
            // Reopened, it is about the queue again, unless another one has been opened about it meanwhile.
            incident::Event::Reopened { .. } => {
                if let Some(queue) = &incident.queue {
                    self.incidents.entry(queue.clone()).or_insert(about);
                }
            }
            // The incident that stays is about the queue from now on.
            incident::Event::Merged { into, .. } => {
                for alarm in self.incidents.values_mut().filter(|alarm| alarm.case == id) {
                    alarm.case = *into;
                }
            }
            incident::Event::Resolved { .. } | incident::Event::Reviewed { .. } | incident::Event::Withdrawn { .. } => {
                let of_it = |(queue, alarm): (&QueueId, &Alarm)| (alarm.case == id).then(|| queue.clone());
                let over: Vec<QueueId> = self.incidents.iter().filter_map(of_it).collect();
                for queue in &over {
                    self.incidents.remove(queue);
                    // Judged afresh, or what came before would open the next incident at once.
                    if let Some(figures) = self.figures.get_mut(queue) {
                        figures.count_anew(at);
                    }
                }
                return over;
            }
            incident::Event::Acknowledged { .. }
            | incident::Event::AcknowledgementLapsed {}
            | incident::Event::Assessed { .. }
            | incident::Event::Contained { .. }
            | incident::Event::Absorbed { .. }
            | incident::Event::Updated { .. }
            | incident::Event::Decided { .. }
            | incident::Event::FollowUpPromised { .. }
            | incident::Event::FollowUpDone { .. }
            | incident::Event::Paged { .. }
            | incident::Event::SeverityChanged { .. }
            | incident::Event::MomentSet { .. }
            | incident::Event::Classified { .. }
            | incident::Event::SeatTaken { .. }
            | incident::Event::SeatLeft { .. }
            | incident::Event::ClockApplies { .. }
            | incident::Event::ClockSetAside { .. }
            | incident::Event::ClockStarted { .. }
            | incident::Event::ClockMoved { .. }
            | incident::Event::ReportSubmitted { .. } => {}
        }
        Vec::new()
    }

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        let (queue, mood) = match event {
            Event::Looked { queue } => {
                if let Some(figures) = self.figures.get_mut(queue) {
                    figures.looked = Some(at);
                }
                return;
            }
            Event::Eased { queue, holds_at } => (queue, Mood::Easing { holds_at: *holds_at }),
            Event::Relapsed { queue } => (queue, Mood::Worse),
            Event::Recovered { queue } => (queue, Mood::Recovered),
        };
        if let Some(alarm) = self.incidents.get_mut(queue) {
            alarm.mood = mood;
        }
    }

    /// When it is to be seen next whether a queue has recovered, or whether one stands still whose first deadline comes near.
    pub(super) fn wake(&self, policy: &Policy) -> Option<At> {
        let holds = self.incidents.values().filter_map(|alarm| match alarm.mood {
            Mood::Easing { holds_at } => Some(holds_at),
            Mood::Worse | Mood::Recovered => None,
        });
        let looks = self.figures.keys().filter_map(|queue| self.look_due(queue, policy));
        holds.chain(looks).min()
    }

    /// When a queue about which there is no incident is looked at although nothing happens in it: from the moment on at which its
    /// first deadline is as near as the policy says, once in each short window.
    fn look_due(&self, queue: &QueueId, policy: &Policy) -> Option<At> {
        let (figures, rule) = (self.figures.get(queue)?, rule_of(queue, policy)?);
        match self.incidents.get(queue).map(|alarm| alarm.mood) {
            None | Some(Mood::Recovered) => {}
            Some(Mood::Worse | Mood::Easing { .. }) => return None,
        }
        if figures.since.count() < rule.at_least {
            return None;
        }
        let near = figures.due.first().map(|due| due - rule.ahead)?;
        Some(figures.looked.map_or(near, |looked| near.max(looked + figures.windows.short)))
    }

    /// What there is to say of a queue at a moment, if anything.
    pub fn turn(&self, queue: &QueueId, policy: &Policy, at: At) -> Option<Turn> {
        let (figures, rule) = (self.figures.get(queue), rule_of(queue, policy));
        let stands = match (figures, &rule) {
            (Some(figures), Some(rule)) => figures.outlook(at).stands(rule, at),
            (_, _) => Stands::Well,
        };
        match (self.incidents.get(queue).map(|alarm| alarm.mood), stands) {
            (None, Stands::GettingWorse) => Some(Turn::GetsWorse),
            (Some(Mood::Worse), Stands::Well) if rule.is_some() => Some(Turn::Eases),
            (Some(Mood::Easing { .. } | Mood::Recovered), Stands::GettingWorse) => Some(Turn::Relapses),
            (Some(Mood::Easing { holds_at }), Stands::Well) if holds_at <= at => Some(Turn::Recovers),
            // It hasn't held.
            (Some(Mood::Easing { holds_at }), Stands::NotYetWell) if holds_at <= at => Some(Turn::Relapses),
            (None, Stands::NotYetWell | Stands::Well)
            | (Some(Mood::Worse), _)
            | (Some(Mood::Easing { .. } | Mood::Recovered), Stands::NotYetWell | Stands::Well) => None,
        }
    }

    /// The first queue that it is time to look at.
    fn to_be_seen(&self, policy: &Policy, at: At) -> Option<QueueId> {
        let holds = |alarm: &Alarm| matches!(alarm.mood, Mood::Easing { holds_at } if holds_at <= at);
        let easing = self.incidents.iter().find(|(_, alarm)| holds(alarm)).map(|(queue, _)| queue);
        let near = || self.figures.keys().find(|queue| self.look_due(queue, policy).is_some_and(|due| due <= at));
        easing.or_else(near).cloned()
    }
}

/// What the policy in force says of a queue.
pub fn rule_of(queue: &QueueId, policy: &Policy) -> Option<QueueRule> {
    match queue {
        QueueId::Exceptions(_) => policy.exceptions.queue,
        QueueId::Path(path) => policy.paths.get(path)?.queue,
    }
}

/// The roles whose answers a queue waits for.
fn roles_of(queue: &QueueId, policy: &Policy) -> Vec<RoleId> {
    let mut roles: Vec<RoleId> = Vec::new();
    match queue {
        QueueId::Exceptions(workflow) => {
            let triage = policy.target(Duty::TriageException, workflow, None).and_then(|target| target.holder.clone());
            let classes = policy.exceptions.classes.values();
            let of_classes = classes.flat_map(|class| class.specialist.iter().chain(&class.rules)).cloned();
            roles.extend(triage.into_iter().chain(of_classes));
        }
        QueueId::Path(path) => {
            let stages = policy.paths.get(path).into_iter().flat_map(|path| &path.stages);
            roles.extend(stages.flat_map(|stage| [&stage.role].into_iter().chain(&stage.alternatives)).cloned());
        }
    }
    let mut seen: Vec<RoleId> = Vec::new();
    roles.retain(|role| {
        let new = !seen.contains(role);
        seen.push(role.clone());
        new
    });
    roles
}

/// `model-risk: Priya or Tomas; chief-risk: Henrik`, for a sentence.
pub fn holders_of(queue: &QueueId, people: &People<'_>) -> String {
    let each = roles_of(queue, people.policy).into_iter().map(|role| {
        let held = persons(people.holders(&Holder::Roles(vec![role.clone()]), &[]));
        let names = held.iter().map(|person| people.policy.name_of(person));
        match held.is_empty() {
            true => format!("{role}: nobody"),
            false => format!("{role}: {}", text::or(names)),
        }
    });
    each.collect::<Vec<_>>().join("; ")
}

impl QueueId {
    /// What waits there, for a title: `Exceptions on credit-scoring`.
    pub fn what(&self) -> String {
        match self {
            QueueId::Exceptions(workflow) => format!("Exceptions on {workflow}"),
            QueueId::Path(path) => format!("Approvals on path {path}"),
        }
    }
}

impl Draft<'_> {
    /// Says what there is to say of a queue. `workflow` is the one whose case was looked at.
    pub(super) fn look_at_queue(&mut self, queue: &QueueId, workflow: Option<&WorkflowId>) {
        let at = self.ask.at;
        let Some(turn) = self.bot.queues.turn(queue, self.policy, at) else { return };
        let words = self.bot.queues.figures.get(queue).map(|figures| figures.outlook(at).words()).unwrap_or_default();
        let rule = rule_of(queue, self.policy);
        match turn {
            Turn::GetsWorse => {
                let because = format!("{words} Who answers: {}.", holders_of(queue, &self.people()));
                if let (Some(rule), Some(workflow)) = (rule, workflow) {
                    let opening = about(queue, workflow.clone(), rule.severity, because);
                    self.ruling.then.push(Then::Open(Opening::Incident(opening)));
                }
            }
            Turn::Eases => {
                let holds_at = at + rule.map_or(Span::ZERO, |rule| rule.recovered_after);
                self.push(Event::Eased { queue: queue.clone(), holds_at });
            }
            Turn::Relapses => {
                self.push(Event::Relapsed { queue: queue.clone() });
                self.observed(queue, format!("The queue gets worse again: {words}"));
            }
            Turn::Recovers => {
                self.push(Event::Recovered { queue: queue.clone() });
                self.observed(queue, format!("The queue has recovered, and that has held: {words}"));
            }
        }
    }

    /// The incident about it says so.
    fn observed(&mut self, queue: &QueueId, seen: String) {
        if let Some(alarm) = self.bot.queues.incidents.get(queue) {
            self.ruling.then.push(Then::Case(alarm.case, every_case::Command::Observe { seen }.into()));
        }
    }

    /// Whether a queue has recovered that was better for long enough. `false`: there is none to be seen.
    pub(super) fn wake_queue(&mut self) -> bool {
        let Some(queue) = self.bot.queues.to_be_seen(self.policy, self.ask.at) else { return false };
        let workflow = self.bot.queues.figures.get(&queue).and_then(|figures| figures.workflow.clone());
        // Also where an incident is opened: that is about the queue only once it stands in the ledger.
        if self.bot.queues.look_due(&queue, self.policy).is_some_and(|due| due <= self.ask.at) {
            self.push(Event::Looked { queue: queue.clone() });
        }
        self.look_at_queue(&queue, workflow.as_ref());
        true
    }
}

/// The incident about a queue that is slow.
pub(super) fn about(queue: &QueueId, workflow: WorkflowId, severity: Severity, because: String) -> incident::Opening {
    incident::Opening {
        workflow,
        title: format!("{} are slow", queue.what()),
        severity,
        technical: None,
        class: Some(ClassId::from("control.latency_breach")),
        nature: Nature::default(),
        impact: Impact::Known,
        restricted: false,
        occurred: None,
        detected: None,
        aware: None,
        because: Some(because),
        queue: Some(queue.clone()),
        stamps_end: None,
        converts: None,
        from: None,
    }
}
