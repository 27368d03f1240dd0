//! What concerns no single case: the policy in force, who stands in for whom, when a digest is due, which approval paths are
//! slow, which queues get worse, what is excepted from again and again, the platforms, who witnesses whose heads, and how the bot itself is. Each part has
//! its own state and events.
//!
//! It opens no case and reads no clock: it says what should follow ([`Then`]), and the desk sees to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::VariantNames;

use super::kinds::{Reach, Waits};
use super::line::Sentence;
use super::notice::{Notice, Reply, To};
use super::people::{Handed, People};
use super::records::HoldScope;
use super::ruling::Then;
use super::{
    Actor, At, Case, CaseId, ExceptionClassId, OutboxId, PersonId, Platform, Policy, PolicyHash, Refusal, RoleId,
    RotaId, Span, WorkflowId, text,
};

pub mod condition;
mod counts;
pub mod delegations;
pub mod digests;
pub mod files;
pub mod fills;
pub mod handed;
pub mod heads;
pub mod holds;
pub mod keys;
mod leads;
pub mod ownership;
pub mod platforms;
pub mod policies;
pub mod queues;
pub mod readings;
pub mod recurrence;
pub mod releases;
pub mod retention;
pub mod rotas;
pub mod slow_paths;
pub mod stages;
pub mod stamps;
mod telling;
#[cfg(test)]
mod tests;

pub use telling::Telling;

use platforms::Lack;

use condition::{Condition, Start};
use delegations::{Delegations, Wanted};
use digests::Digests;
use files::{Files, WhyNotKept};
use fills::Fills;
use handed::{HandedSeat, HandedSeats};
use heads::Heads;
use holds::Holds;
use keys::Keys;
use ownership::Ownership;
use platforms::{GroupSet, Platforms};
use queues::{QueueId, Queues};
use recurrence::Recurrences;
use releases::Releases;
use retention::{Ending, Retention};
use rotas::Rotas;
use slow_paths::{SlowPath, SlowPaths};
use stages::Stages;

/// Folded from the bot's own events and from what it sees of the cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bot {
    /// The policy in force. `None` before the first start.
    pub policy: Option<PolicyHash>,
    pub condition: Condition,
    pub delegations: Delegations,
    pub digests: Digests,
    pub slow_paths: SlowPaths,
    #[serde(default)]
    pub stages: Stages,
    pub platforms: Platforms,
    #[serde(default)]
    pub files: Files,
    #[serde(default)]
    pub queues: Queues,
    #[serde(default)]
    pub recurrences: Recurrences,
    #[serde(default)]
    pub rotas: Rotas,
    #[serde(default)]
    pub ownership: Ownership,
    #[serde(default)]
    pub handed: HandedSeats,
    pub releases: Releases,
    #[serde(default)]
    pub fills: Fills,
    #[serde(default)]
    pub heads: Heads,
    #[serde(default)]
    pub holds: Holds,
    #[serde(default, skip_serializing_if = "Keys::is_empty")]
    pub keys: Keys,
    #[serde(default, skip_serializing_if = "Retention::is_empty")]
    pub retention: Retention,
}

/// Became true of the bot. In the ledger the names of both levels are the entry's kind: `delegation.began`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    Bot(condition::Event),
    Policy(policies::Event),
    Delegation(delegations::Event),
    Digest(digests::Event),
    Platform(platforms::Event),
    Files(files::Event),
    Stage(stages::Event),
    Rota(rotas::Event),
    Ownership(ownership::Event),
    Queue(queues::Event),
    Recurrence(recurrence::Event),
    Seat(handed::Event),
    Release(releases::Event),
    Evidence(readings::Event),
    Fill(fills::Event),
    Witness(heads::Event),
    Head(heads::Publication),
    Hold(holds::Event),
    Key(keys::Event),
    Retention(retention::Event),
}

/// Asked of the bot: what concerns no single case.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A process took over the data folder.
    Start(Start),
    Stop,
    /// A policy file that read without errors takes force.
    LoadPolicy {
        policy: Box<Policy>,
        text: String,
    },
    /// A delegation's start or end, or a digest's hour, has come. One at a time: asked again until nothing is due.
    Wake,
    /// Stand in for somebody; without `to` it is an absence. `starts: None` is now.
    Delegate {
        from: PersonId,
        to: Option<PersonId>,
        roles: Vec<RoleId>,
        starts: Option<At>,
        ends: At,
        reason: String,
    },
    EndDelegation {
        number: u32,
    },
    /// The bot is behind with what is due, or has caught up.
    Watch {
        oldest_wake_late: Option<Span>,
        oldest_notice_late: Option<Span>,
    },
    /// The platforms that nothing is heard from now, and why.
    Links {
        cut_off: BTreeMap<Platform, String>,
    },
    /// What works only in part now on the platforms that were looked at: by what it is about, such as a channel, and why.
    Lacks {
        lacks: BTreeMap<Platform, BTreeMap<Lack, String>>,
    },
    /// Who is on a platform now, as far as the policy asks: members of its groups, and people whose account is gone.
    Roster {
        platform: Platform,
        groups: BTreeMap<String, Vec<PersonId>>,
        gone: Vec<PersonId>,
    },
    /// The bot changed who is in a group of a platform.
    GroupSet(GroupSet),
    /// Files that came with a word on a platform couldn't be kept.
    FilesNotKept {
        platform: Platform,
        whys: BTreeSet<WhyNotKept>,
    },
    /// A message could not be delivered and won't be tried again. `to_operators`: it was meant for them, so telling them is
    /// no use.
    GiveUp {
        outbox: OutboxId,
        why: String,
        to_operators: bool,
    },
    /// The system's clock went back; moments in the ledger never do.
    ClockWentBack {
        by: Span,
    },
    /// Something was seen of a witness, or of a log whose heads are cosigned here.
    Heads(heads::Command),
    /// Something about shifts.
    Rota(rotas::Command),
    /// Who really holds what is looked at. The operators' channel names no restricted case.
    LookAtOwnership {
        restricted: Vec<CaseId>,
    },
    /// An approval path is slow; the bot sees to it that there is one incident about it at a time.
    NoteSlowPath(SlowPath),
    /// It was agreed that a workflow may be put into production.
    NotePromotion {
        workflow: WorkflowId,
        case: CaseId,
    },
    /// Something happened to a case of a queue: whether there is something to say of that now.
    LookAtQueue {
        queue: QueueId,
        workflow: WorkflowId,
    },
    /// More exceptions of a class were raised on a workflow than are usual.
    NoteRecurrence {
        workflow: WorkflowId,
        class: ExceptionClassId,
    },
    /// What was missed on a platform is about to be read from its history, or is read.
    Fill(fills::Event),
    /// Somebody read evidence, or wanted to.
    Read(readings::Event),
    /// Seats of roles are others' from now on, by a handoff.
    HandSeats {
        seats: Vec<HandedSeat>,
    },
    /// Somebody is on shift in the place of whoever hands that over.
    HandShift {
        rota: RotaId,
        person: PersonId,
        by: PersonId,
        starts: At,
        ends: At,
        handoff: CaseId,
    },
    /// Changes of a workflow are held; `case` is the rollback that this follows from.
    Freeze {
        workflow: WorkflowId,
        until: Option<At>,
        reason: String,
        case: Option<CaseId>,
    },
    /// They are held no more. `cases`: of the workflow, on which something is owed.
    Thaw {
        workflow: WorkflowId,
        reason: String,
        cases: Vec<Case>,
    },
    /// One approval goes through all the same. `cases`: itself.
    OverrideFreeze {
        workflow: WorkflowId,
        case: CaseId,
        reason: String,
        cases: Vec<Case>,
    },
    /// Nothing that this covers is destroyed until it is released.
    PlaceHold {
        scope: HoldScope,
        matter: String,
        reason: String,
    },
    /// Somebody else agreed that a hold ends.
    ReleaseHold {
        number: u32,
        approval: CaseId,
    },
    /// What ends up to a moment was looked for.
    ShowCalendar {
        ending: Vec<Ending>,
        upto: At,
    },
    /// Holds kept what an approved erasure would have taken.
    NoteHeld {
        numbers: Vec<u32>,
        case: CaseId,
    },
}

impl Command {
    /// The cases that a rule must see.
    pub fn reach(&self) -> Option<Reach> {
        match self {
            Command::Thaw { workflow, .. } => Some(Reach::On { workflow: workflow.clone() }),
            Command::OverrideFreeze { case, .. } => Some(Reach::Case(*case)),
            Command::Start(_)
            | Command::Stop
            | Command::LoadPolicy { .. }
            | Command::Wake
            | Command::Delegate { .. }
            | Command::EndDelegation { .. }
            | Command::Watch { .. }
            | Command::Links { .. }
            | Command::Lacks { .. }
            | Command::Roster { .. }
            | Command::GroupSet(_)
            | Command::FilesNotKept { .. }
            | Command::GiveUp { .. }
            | Command::ClockWentBack { .. }
            | Command::Heads(_)
            | Command::Rota(_)
            | Command::LookAtOwnership { .. }
            | Command::NoteSlowPath(_)
            | Command::NotePromotion { .. }
            | Command::LookAtQueue { .. }
            | Command::NoteRecurrence { .. }
            | Command::Fill(_)
            | Command::Read(_)
            | Command::HandSeats { .. }
            | Command::HandShift { .. }
            | Command::Freeze { .. }
            | Command::PlaceHold { .. }
            | Command::ReleaseHold { .. }
            | Command::ShowCalendar { .. }
            | Command::NoteHeld { .. } => None,
        }
    }

    /// With those.
    #[must_use]
    pub fn reaching(mut self, found: Vec<Case>) -> Command {
        if let Command::Thaw { cases, .. } | Command::OverrideFreeze { cases, .. } = &mut self {
            *cases = found;
        }
        self
    }
}

/// Something is asked of the bot at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub by: Actor,
    pub at: At,
    pub command: Command,
}

/// What an ask of the bot came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ruling {
    pub events: Vec<Event>,
    pub notices: Vec<Notice>,
    /// The private answer to the person who asked.
    pub reply: Option<Reply>,
    pub then: Vec<Then>,
}

impl Event {
    /// What the ledger's envelope calls it: `delegation.began`.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Bot(event) => event.into(),
            Event::Policy(event) => event.into(),
            Event::Delegation(event) => event.into(),
            Event::Digest(event) => event.into(),
            Event::Platform(event) => event.into(),
            Event::Files(event) => event.into(),
            Event::Stage(event) => event.into(),
            Event::Rota(event) => event.into(),
            Event::Ownership(event) => event.into(),
            Event::Queue(event) => event.into(),
            Event::Recurrence(event) => event.into(),
            Event::Seat(event) => event.into(),
            Event::Release(event) => event.into(),
            Event::Evidence(event) => event.into(),
            Event::Fill(event) => event.into(),
            Event::Witness(event) => event.into(),
            Event::Head(event) => event.into(),
            Event::Hold(event) => event.into(),
            Event::Key(event) => event.into(),
            Event::Retention(event) => event.into(),
        }
    }

    /// Every kind of event that there is.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        let all = [
            condition::Event::VARIANTS,
            policies::Event::VARIANTS,
            delegations::Event::VARIANTS,
            digests::Event::VARIANTS,
            platforms::Event::VARIANTS,
            files::Event::VARIANTS,
            stages::Event::VARIANTS,
            rotas::Event::VARIANTS,
            ownership::Event::VARIANTS,
            queues::Event::VARIANTS,
            recurrence::Event::VARIANTS,
            handed::Event::VARIANTS,
            releases::Event::VARIANTS,
            readings::Event::VARIANTS,
            fills::Event::VARIANTS,
            heads::Event::VARIANTS,
            heads::Publication::VARIANTS,
            holds::Event::VARIANTS,
            retention::Event::VARIANTS,
            keys::Event::VARIANTS,
        ];
        all.into_iter().flatten().copied()
    }
}

/// What each part says became true is the bot's.
macro_rules! of_the_bot {
    ($($part:ident::$event:ident => $variant:ident,)*) => {
        $(impl From<$part::$event> for Event {
            fn from(event: $part::$event) -> Event {
                Event::$variant(event)
            }
        })*
    };
}

of_the_bot! {
    condition::Event => Bot,
    policies::Event => Policy,
    delegations::Event => Delegation,
    digests::Event => Digest,
    platforms::Event => Platform,
    files::Event => Files,
    rotas::Event => Rota,
    ownership::Event => Ownership,
    stages::Event => Stage,
    queues::Event => Queue,
    releases::Event => Release,
    fills::Event => Fill,
    keys::Event => Key,
    readings::Event => Evidence,
    heads::Publication => Head,
    heads::Event => Witness,
    recurrence::Event => Recurrence,
    handed::Event => Seat,
}

impl Bot {
    /// Folds one event that came at `at`.
    pub fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Bot(event) => {
                if let condition::Event::Recovered { policy, .. } = event {
                    self.policy = Some(policy.clone());
                    self.keys.forget();
                }
                self.condition.apply(event, at);
            }
            Event::Policy(policies::Event::Loaded { hash, schedules, rotas, drills, retention, .. }) => {
                self.policy = Some(hash.clone());
                self.digests.follow(schedules, at);
                self.rotas.follow(rotas, at);
                self.releases.follow(drills, at);
                self.retention.follow(retention, at);
            }
            Event::Delegation(event) => self.delegations.apply(event),
            Event::Digest(event) => self.digests.apply(event, at),
            Event::Platform(event) => self.platforms.apply(event),
            Event::Files(event) => self.files.apply(event, at),
            Event::Stage(event) => {
                let is_there = self.releases.unagreed.contains_key(event.workflow());
                self.stages.apply(event, is_there);
                self.releases.observe_stage(event, at);
            }
            Event::Rota(event) => self.rotas.apply(event, at),
            Event::Ownership(event) => self.ownership.apply(event),
            Event::Queue(event) => self.queues.apply(event, at),
            Event::Recurrence(event) => self.recurrences.apply(event, at),
            Event::Seat(event) => self.handed.apply(event),
            Event::Release(event) => self.releases.apply(event, at),
            Event::Fill(event) => self.fills.apply(event, at),
            // It changes nothing.
            Event::Evidence(
                readings::Event::Searched { .. }
                | readings::Event::SearchRefused { .. }
                | readings::Event::FileRead { .. }
                | readings::Event::Exported { .. }
                | readings::Event::Attested { .. }
                | readings::Event::ExportRefused { .. },
            ) => {}
            Event::Witness(event) => self.heads.apply(event, at),
            Event::Head(event) => self.heads.publish(event, at),
            Event::Hold(event) => self.holds.apply(event),
            Event::Key(event) => self.keys.apply(event),
            Event::Retention(event) => self.retention.apply(event, at),
        }
    }

    /// Sees what became true of a case; `waited` is how it waited in its queue before.
    pub fn observe(&mut self, case: &Case, event: &super::Event, waited: Option<Waits>, at: At) {
        self.slow_paths.observe(case, event);
        for queue in self.queues.observe(case, event, waited, at) {
            match queue {
                QueueId::Path(path) => self.slow_paths.forget(&path),
                QueueId::Exceptions(_) => {}
            }
        }
        self.recurrences.observe(case, event, at);
        self.heads.stamps.observe(case, event);
        self.ownership.observe(case, event);
        self.releases.observe(case, event, at);
    }

    /// What follows for the bot now that a case's events were observed.
    pub fn follows(&self, case: &Case, events: &[super::Event], policy: &Policy, at: At) -> Vec<Command> {
        let slow = self.slow_paths.found_slow(case, events, policy).map(Command::NoteSlowPath);
        let queue = case.queue().map(|(queue, _)| queue).filter(|queue| self.queues.turn(queue, policy, at).is_some());
        let queue = queue.map(|queue| Command::LookAtQueue { queue, workflow: case.workflow.clone() });
        let recurs = self.recurrences.found(case, events, at);
        let recurs = recurs.map(|class| Command::NoteRecurrence { workflow: case.workflow.clone(), class });
        slow.into_iter().chain(queue).chain(recurs).collect()
    }

    /// When the bot next wants to be woken: a delegation begins or ends, a digest is due, somebody else is on shift, or it is to be
    /// seen whether a queue has recovered, a freeze ends, or a drill is due.
    pub fn wake(&self, policy: &Policy) -> Option<At> {
        let rotas = self.rotas.wake(policy);
        let own = self.delegations.wake().into_iter().chain(self.digests.wake(policy));
        own.chain(rotas)
            .chain(self.queues.wake(policy))
            .chain(self.ownership.wake(policy))
            .chain(self.releases.wake(policy))
            .min()
    }

    pub fn people<'a>(&'a self, policy: &'a Policy, at: At) -> People<'a> {
        let handed = Handed { seats: &self.handed.all, ..Handed::NONE };
        People { policy, delegations: &self.delegations.all, rotas: &self.rotas, handed, at }
    }

    /// Whether a person's account on a platform is known to be gone.
    pub fn is_gone(&self, person: &PersonId, platform: &Platform) -> bool {
        self.platforms.is_gone(person, platform)
    }

    /// Whether all accounts of a person are known to be gone, that of the local room left out.
    pub fn is_gone_everywhere(&self, person: &PersonId, policy: &Policy) -> bool {
        let accounts = policy.people.get(person).into_iter().flat_map(|it| it.accounts.keys());
        let mut accounts = accounts.filter(|platform| platform.as_str() != super::LOCAL).peekable();
        accounts.peek().is_some() && accounts.all(|platform| self.is_gone(person, platform))
    }

    /// The policy with the members that its roles draw from groups added to those that it names.
    #[must_use]
    pub fn with_group_members(&self, policy: &Policy) -> Policy {
        self.platforms.with_group_members(policy)
    }
}

/// Decides what an ask means for the bot. Nothing is changed: the ruling holds the events. `policy` is the one in force.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(bot: &Bot, ask: &Ask, policy: &Policy) -> Result<Ruling, Refusal> {
    let mut draft = Draft { bot: bot.clone(), ask, policy, ruling: Ruling::default() };
    match &ask.command {
        // What only people ask for …
        Command::Delegate { from, to, roles, starts, ends, reason } => {
            let wanted = Wanted { from, to: to.as_ref(), roles, starts: *starts, ends: *ends, reason };
            draft.delegate(&wanted)
        }
        Command::EndDelegation { number } => draft.end_delegation(*number),
        Command::LoadPolicy { policy: new, text } => draft.load_policy(new, text),
        Command::Rota(command) => draft.rota(command),
        Command::Read(event) => draft.reading(event),
        Command::Freeze { workflow, until, reason, case } => draft.freeze(workflow, *until, reason, *case),
        Command::Thaw { workflow, reason, cases } => draft.thaw(workflow, reason, cases),
        Command::OverrideFreeze { workflow, case, reason, cases } => {
            draft.override_freeze(workflow, *case, reason, cases)
        }
        Command::PlaceHold { scope, matter, reason } => draft.place_hold(scope, matter, reason),

        // … and what nobody can type.
        _ if ask.by.person().is_some() => Err(Refusal::missing("that is the bot's own business.".to_owned())),
        Command::Start(start) => Ok(draft.start(start)),
        Command::Stop => Ok(draft.record(condition::Event::Stopped {})),
        Command::Wake => Ok(draft.wake()),
        Command::Watch { oldest_wake_late, oldest_notice_late } => {
            Ok(draft.watch(*oldest_wake_late, *oldest_notice_late))
        }
        Command::Links { cut_off } => Ok(draft.links(cut_off)),
        Command::Lacks { lacks } => Ok(draft.lacks(lacks)),
        Command::Roster { platform, groups, gone } => Ok(draft.roster(platform, groups, gone)),
        Command::Heads(seen) => Ok(draft.heads(seen)),
        Command::GroupSet(set) => Ok(draft.record(platforms::Event::GroupSet(set.clone()))),
        Command::FilesNotKept { platform, whys } => Ok(draft.files_not_kept(platform, whys)),
        Command::Fill(event) => Ok(draft.fill(event)),
        Command::GiveUp { outbox, why, to_operators } => Ok(draft.give_up(*outbox, why, *to_operators)),
        Command::ClockWentBack { by } => {
            Ok(draft.alarm(condition::Event::ClockWentBack { by: *by }, Telling::ClockWentBack { by: *by }))
        }
        Command::NoteSlowPath(slow) => Ok(draft.note_slow_path(slow)),
        Command::NotePromotion { workflow, case } => Ok(draft.note_promotion(workflow, *case)),
        Command::LookAtOwnership { restricted } => Ok(draft.look_at_ownership(restricted)),
        Command::LookAtQueue { queue, workflow } => {
            draft.look_at_queue(queue, Some(workflow));
            Ok(draft.ruling)
        }
        Command::HandSeats { seats } => Ok(draft.hand_seats(seats)),
        Command::HandShift { rota, person, by, starts, ends, handoff } => {
            Ok(draft.hand_shift(rota, (person, by), (*starts, *ends), *handoff))
        }
        Command::ReleaseHold { number, approval } => Ok(draft.release_hold(*number, *approval)),
        Command::ShowCalendar { ending, upto } => Ok(draft.show_calendar(ending, *upto)),
        Command::NoteHeld { numbers, case } => Ok(draft.hold_refused(numbers, *case)),
        Command::NoteRecurrence { workflow, class } => {
            draft.note_recurrence(workflow, class);
            Ok(draft.ruling)
        }
    }
}

/// A ruling being written; folds as it goes, as [`super::Draft`] does for a case.
struct Draft<'a> {
    bot: Bot,
    ask: &'a Ask,
    policy: &'a Policy,
    ruling: Ruling,
}

impl Draft<'_> {
    fn push(&mut self, event: impl Into<Event>) {
        let event = event.into();
        self.bot.apply(&event, self.ask.at);
        self.ruling.events.push(event);
    }

    fn tell(&mut self, to: To, telling: impl Into<super::Telling>, not_before: Option<At>) {
        self.ruling.notices.push(Notice {
            to,
            about: None,
            telling: telling.into(),
            while_owed: Vec::new(),
            is_news: false,
            not_before,
        });
    }

    /// By direct message, once the person's quiet hours are over.
    fn tell_person(&mut self, person: &PersonId, telling: impl Into<super::Telling>) {
        let known = self.policy.people.get(person);
        let not_before = known.and_then(|it| it.quiet.as_ref().and_then(|quiet| quiet.ends(it.zone, self.ask.at)));
        self.tell(To::Person(person.clone()), telling, not_before);
    }

    fn record(mut self, event: impl Into<Event>) -> Ruling {
        self.push(event);
        self.ruling
    }

    /// Recorded, and told to the operators.
    fn alarm(mut self, event: impl Into<Event>, telling: impl Into<super::Telling>) -> Ruling {
        self.push(event);
        self.tell(To::Operators, telling, None);
        self.ruling
    }

    fn reply(mut self, text: impl Into<Sentence>) -> Ruling {
        self.ruling.reply = Some(Reply { about: None, telling: Telling::Sentence { text: text.into() }.into() });
        self.ruling
    }

    /// An entry is of one delegation alone, so that it can be shown as evidence of a case without what is no matter of that
    /// case.
    fn wake(mut self) -> Ruling {
        let early = self.wake_delegation() || self.wake_rota() || self.wake_queue() || self.wake_leads();
        if !early && !self.wake_freeze() && !self.wake_drill() {
            self.wake_digests();
        }
        self.ruling
    }

    fn people(&self) -> People<'_> {
        self.bot.people(self.policy, self.ask.at)
    }

    fn name(&self, person: &PersonId) -> String {
        self.policy.name_of(person)
    }

    fn require(&self, what: &str, roles: &[RoleId]) -> Result<(), Refusal> {
        if self.people().allow(roles, &self.ask.by) {
            return Ok(());
        }
        let who: Vec<String> = self.people().seats(roles, &[]).iter().map(|seat| self.name(&seat.person)).collect();
        Err(Refusal::not_yours(what, text::list(roles.iter()), &who))
    }
}
