//! The kinds of case, one row each in `kinds!`: their state, what can be asked of them, what becomes true of them. From the
//! rows come the enums that hold any of them and the dispatch; what a kind must say is [`Kind`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bot;
use super::every_case::{self, KeptAs, KeptMessage, OpenedFrom, wake::TimePassed};
use super::obligation::{Attribution, Change, Obligation, State};
use super::policy::{Channel, Windows};
use super::scene::Scene;
use super::{
    Act, Ask, At, Call, Called, Case, CaseId, Draft, Duty, Label, PersonId, Policy, PolicyHash, QueueId, Refusal,
    Ruling, Severity, Span, WorkflowId, World, text,
};

pub mod approval;
pub mod exception;
mod given;
pub mod handoff;
pub mod incident;
pub mod rollback;

pub use given::{AskedNow, Drafted, Reach, Seal};

/// What a kind of case must say. Nothing has a default: that nobody is excluded has to be said, too.
pub trait Kind: Sized {
    /// What somebody gives to open one.
    type Opening;
    /// What can be asked of one that is there.
    type Command;
    type Event;
    /// What a digest counts of such cases, in this order; nothing, where answers say it all.
    const COUNTED: &'static [&'static str];
    /// What is told of one beside what is told of every case.
    type Telling;

    /// Opens a case with the number that was reserved for it.
    ///
    /// # Errors
    /// A [`Refusal`] for the person who asked.
    fn open(id: CaseId, opening: &Self::Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal>;
    /// It is opened from this message. A kind of case that isn't opened from messages leaves it.
    fn opened_from(opening: &mut Self::Opening, message: OpenedFrom);
    /// The channel in which people talk already, and which is to become its own.
    fn converts(opening: &Self::Opening) -> Option<&Channel>;
    /// The case that it is opened about: whoever opens it must be able to see that one, and others will read of it here.
    fn about(opening: &Self::Opening) -> Option<CaseId>;
    /// The case that an event begins; `None` if it doesn't begin one.
    fn begin(event: &Self::Event) -> Option<(Began, Self)>;
    /// Folds one event that came at `at`.
    fn apply(&mut self, event: &Self::Event, at: At);

    /// The state in one word: `open`, `approved` …
    fn state(&self) -> &'static str;
    /// The state in one word as it is at a moment, also where the bot comes late with saying so.
    fn state_at(&self, at: At) -> &'static str;
    fn is_closed(&self) -> bool;
    fn severity(&self) -> Option<Severity>;
    /// What an answer is bound to, so that it is never taken for an answer to something else: the revision of what is asked that stands
    /// now, or the step. `None`: to nothing.
    fn bound_to(&self, duty: Duty) -> Option<u32>;
    /// Words on what it is about, for lists: its class, the harm, whether it is in force at that moment.
    fn nature(&self, at: At) -> Vec<String>;
    /// The queue that it waits in, and over which windows that is watched; `None`: nobody watches one.
    fn queue(&self, case: &Case) -> Option<(QueueId, Windows)>;
    /// Since when it waits in its queue, and until when. `None`: it doesn't wait.
    fn waits(&self, case: &Case) -> Option<Waits>;
    /// What a digest counts of it beside its answers, of the time from one moment up to another.
    fn counted(&self, case: &Case, from: At, to: At) -> Vec<Counted>;
    /// People who belong to it beside those who owe something: they see it when it is restricted, are in its own channel and
    /// find it among their own cases.
    fn insiders(&self) -> Vec<PersonId>;
    /// The seats of it that the person sits in, by their names: they can be handed on.
    fn seats_of(&self, person: &PersonId) -> Vec<Label>;
    /// These seats are somebody else's from now on.
    fn pass_seats(&mut self, seats: &[Label], to: &PersonId, at: At);
    /// The other cases that its rules must see before they open one; `None`: they need none.
    fn reach_of_opening(opening: &Self::Opening) -> Option<Reach>;
    /// Those cases, for the opening that reaches them.
    fn reached_by_opening(opening: &mut Self::Opening, cases: Vec<Case>);
    /// The other cases that its rules must see before they decide this; `None`: they need none.
    fn reach(&self, command: &Self::Command) -> Option<Reach>;
    /// Those cases, for the command that reaches them.
    fn reached_by(command: &mut Self::Command, cases: Vec<Case>);
    /// Whether it has other insiders after it than before.
    fn changes_who_sees(event: &Self::Event) -> bool;
    /// People who may not answer an obligation: separation of duties.
    fn excluded(&self, owed: &Obligation) -> Vec<PersonId>;
    /// Whose slowness a breach is, where it isn't the holder's party's.
    fn attributed(&self, owed: &Obligation, scene: &Scene<'_>) -> Option<Attribution>;
    /// Whether the case relies on this acknowledgement now, so that its expiry is worth asking about.
    fn relies_on(&self, acknowledgement: &Obligation, case: &Case) -> bool;
    /// The command with the draft that it accepts in it; `None`: it accepts none.
    fn with_draft(command: &Self::Command, draft: &Drafted) -> Option<Self::Command>;
    /// The command with the sealed evidence that it wants in it; `None`: it alters nothing, and wants none.
    fn with_seal(command: &Self::Command, seal: &Seal) -> Option<Self::Command>;
    /// It is about a restricted case, and is to be seen by its own people alone. Whether that is possible.
    fn restrict(opening: &mut Self::Opening) -> bool;
    /// Another case that a command names: the asker must be able to see that one too.
    fn other_case(command: &Self::Command) -> Option<CaseId>;
    /// When it wants to be woken for something that is no obligation's.
    fn wakes_at(&self) -> Option<At>;
    /// What it wants a machine outside to be told now.
    fn call(&self, case: &Case) -> Option<Call>;
    /// The command that says what a call came to; `None`: such cases call nobody.
    fn called(number: u32, round: u32, called: &Called) -> Option<Self::Command>;

    /// Decides what an ask means for the case. Nothing is changed: the ruling holds the events.
    ///
    /// # Errors
    /// A [`Refusal`] for the person who asked.
    fn decide(&self, command: &Self::Command, scene: &Scene<'_>) -> Result<Ruling, Refusal>;
    /// What can be wanted of such a case, the likeliest first. Which of it is accepted, the rules say.
    fn acts(&self, scene: &Scene<'_>) -> Vec<Act>;
    /// The command by which whoever reads a message promises to see to it; `None`: nothing of this kind is promised.
    fn follow_up_on(message: KeptMessage) -> Option<Self::Command>;
    /// What opening one takes, with something in the place of what the person would say.
    fn example(workflow: &WorkflowId, policy: &Policy) -> Self::Opening;
    /// What passing time means for a case of this kind, beyond what the ladder tells.
    fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]);
    /// Whether it is said in the open in a case's own channel. What only its holders need to hear stands in the thread of the
    /// card, or the channel would be noise.
    fn is_for_all(telling: &Self::Telling) -> bool;
    /// What is about to be told, as it is true by then; `None`: whom it is for isn't asked any more.
    fn up_to_date(telling: Self::Telling, asked: &AskedNow<'_>) -> Option<Self::Telling>;
}

/// How a case waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    pub since: At,
    /// When its next answer is due, where a clock runs towards that.
    pub due: Option<At>,
    /// An answer is late.
    pub late: bool,
}

impl Waits {
    /// By the answers of these kinds that it owes.
    pub fn of(case: &Case, since: At, duties: &[Duty]) -> Waits {
        let owed = || case.open_obligations().filter(|it| duties.contains(&it.duty));
        let running = owed().filter(|it| it.state() == State::Owed);
        Waits { since, due: running.map(|it| it.terms.due).min(), late: owed().any(Obligation::is_late) }
    }
}

/// Something that a digest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// One of [`Kind::COUNTED`].
    pub what: &'static str,
    pub times: u64,
    /// For how long, where that is what counts.
    pub lasted: Span,
}

/// What every case begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Began {
    /// `None`: the bot opened it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    pub workflow: WorkflowId,
    /// The channels where the case is told about.
    pub homes: Vec<Channel>,
    /// The channels where one line says how it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<Channel>,
    pub policy: PolicyHash,
    pub title: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
    /// The channel in which people talked already, and which became the case's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<Channel>,
    /// The message that it was opened from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Box<OpenedFrom>>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident in $room:ident = $prefix:literal, $word:literal, $article:literal,
       severity: $severity:literal, $about:literal;)*) => {
        /// The kinds of case.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum CaseKind {
            $($(#[$doc])* $kind,)*
        }

        impl CaseKind {
            pub const ALL: [CaseKind; [$(CaseKind::$kind),*].len()] = [$(CaseKind::$kind),*];

            /// What its numbers begin with: `INC`.
            pub const fn prefix(self) -> &'static str {
                match self { $(CaseKind::$kind => $prefix,)* }
            }
            /// The word for it in a sentence, and the command that acts on it: `incident`.
            pub const fn word(self) -> &'static str {
                match self { $(CaseKind::$kind => $word,)* }
            }
            /// `an incident`
            pub const fn with_article(self) -> &'static str {
                match self { $(CaseKind::$kind => $article,)* }
            }
            pub const fn has_severity(self) -> bool {
                match self { $(CaseKind::$kind => $severity,)* }
            }
            /// The verbs that rules tell people to type to a case of this kind.
            pub fn verbs_named(self) -> impl Iterator<Item = &'static str> {
                use strum::VariantNames;
                let own = match self { $(CaseKind::$kind => $room::Verb::VARIANTS,)* };
                [every_case::Verb::VARIANTS, own].into_iter().flatten().copied()
            }
            /// The command that keeps a message with a case of this kind; `None`: it isn't kept as that there.
            pub fn keeping(self, what: KeptAs, message: KeptMessage) -> Option<Command> {
                match what {
                    KeptAs::Note => Some(every_case::Command::Keep { message }.into()),
                    KeptAs::Evidence => {
                        Some(every_case::Command::Pin { message, reason: String::new() }.into())
                    }
                    KeptAs::FollowUp => match self {
                        $(CaseKind::$kind => {
                            <$room::$kind as Kind>::follow_up_on(message).map(Command::$kind)
                        })*
                    },
                }
            }
            /// The verb that opens one.
            pub fn opened_by(self) -> &'static str {
                match self { $(CaseKind::$kind => $room::Verb::OPENS.into(),)* }
            }
            pub(super) fn example(self, workflow: &WorkflowId, policy: &Policy) -> Opening {
                match self { $(CaseKind::$kind => Opening::$kind(<$room::$kind as Kind>::example(workflow, policy)),)* }
            }
            /// The command that says what a call of such a case came to; `None`: they call nobody.
            pub fn called(self, number: u32, round: u32, called: &Called) -> Option<Command> {
                match self {
                    $(CaseKind::$kind => <$room::$kind as Kind>::called(number, round, called).map(Command::$kind),)*
                }
            }
            /// What a digest counts of such cases, in this order.
            pub const fn counted(self) -> &'static [&'static str] {
                match self { $(CaseKind::$kind => <$room::$kind as Kind>::COUNTED,)* }
            }
            /// What its command is for, in half a sentence.
            pub const fn about(self) -> &'static str {
                match self { $(CaseKind::$kind => $about,)* }
            }
        }

        /// What a case is beside what every case is.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Body {
            $($kind($room::$kind),)*
        }

        /// What somebody gives to open a case.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Opening {
            $($kind(<$room::$kind as Kind>::Opening),)*
        }

        /// Asked of one case that is there.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Command {
            Any(every_case::Command),
            $($kind(<$room::$kind as Kind>::Command),)*
        }

        /// Became true of one case. In the ledger the names of both levels are the entry's kind: `incident.resolved`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Event {
            Duty(DutyEvent),
            Case(every_case::Event),
            $($kind(<$room::$kind as Kind>::Event),)*
        }

        /// What is said. The names of both levels are the template's: `incident/opened`; its fields are what the template can
        /// use.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Telling {
            Case(every_case::Telling),
            Bot(bot::Telling),
            $($kind(<$room::$kind as Kind>::Telling),)*
        }

        impl Telling {
            /// The name of its template, without `.txt`.
            pub fn template(&self) -> &'static str {
                match self {
                    Telling::Case(telling) => telling.into(),
                    Telling::Bot(telling) => telling.into(),
                    $(Telling::$kind(telling) => telling.into(),)*
                }
            }

            /// Whether it is said in the open in a case's own channel.
            pub fn is_for_all(&self) -> bool {
                match self {
                    Telling::Case(telling) => telling.is_for_all(),
                    Telling::Bot(_) => true,
                    $(Telling::$kind(telling) => <$room::$kind as Kind>::is_for_all(telling),)*
                }
            }

            /// As it is true now; `None`: it isn't asked any more.
            pub(super) fn up_to_date(self, asked: &AskedNow<'_>) -> Option<Telling> {
                match self {
                    Telling::Case(telling) => telling.up_to_date(asked).map(Telling::Case),
                    Telling::Bot(telling) => Some(Telling::Bot(telling)),
                    $(Telling::$kind(telling) => {
                        <$room::$kind as Kind>::up_to_date(telling, asked).map(Telling::$kind)
                    })*
                }
            }

            /// What is told of any case, if it is that.
            pub(super) fn of_any_case(self) -> Option<every_case::Telling> {
                match self {
                    Telling::Case(telling) => Some(telling),
                    Telling::Bot(_) => None,
                    $(Telling::$kind(_) => None,)*
                }
            }

            /// The names of all templates of what is told.
            pub fn templates() -> impl Iterator<Item = &'static str> {
                use strum::VariantNames;
                let own = [every_case::Telling::VARIANTS, bot::Telling::VARIANTS];
                own.into_iter().chain([$(<$room::$kind as Kind>::Telling::VARIANTS),*]).flatten().copied()
            }
        }

        $(impl From<<$room::$kind as Kind>::Telling> for Telling {
            fn from(telling: <$room::$kind as Kind>::Telling) -> Telling {
                Telling::$kind(telling)
            }
        })*

        impl Event {
            /// What the ledger's envelope calls it: `duty.met`, `incident.resolved`.
            pub fn kind(&self) -> &'static str {
                match self {
                    Event::Duty(event) => (&event.change).into(),
                    Event::Case(event) => event.into(),
                    $(Event::$kind(event) => event.into(),)*
                }
            }

            /// Where the case changes its homes by it: those in which it is told no more.
            pub fn moves_from(&self) -> Option<&[Channel]> {
                match self {
                    Event::Case(event) => event.moves_from(),
                    Event::Duty(_) => None,
                    $(Event::$kind(_) => None,)*
                }
            }

            /// Whether a restricted case is seen by others after it than before.
            pub fn changes_who_sees(&self) -> bool {
                match self {
                    Event::Case(event) => event.changes_who_sees(),
                    Event::Duty(_) => false,
                    $(Event::$kind(event) => <$room::$kind as Kind>::changes_who_sees(event),)*
                }
            }

            /// The kind of case that it happens to; `None`: any.
            pub const fn case_kind(&self) -> Option<CaseKind> {
                match self {
                    Event::Duty(_) | Event::Case(_) => None,
                    $(Event::$kind(_) => Some(CaseKind::$kind),)*
                }
            }

            /// Every kind of event that there is.
            pub fn kinds() -> impl Iterator<Item = &'static str> {
                use strum::VariantNames;
                let own = [Change::VARIANTS, every_case::Event::VARIANTS];
                own.into_iter().chain([$(<$room::$kind as Kind>::Event::VARIANTS),*]).flatten().copied()
            }
        }

        $(impl From<<$room::$kind as Kind>::Event> for Event {
            fn from(event: <$room::$kind as Kind>::Event) -> Event {
                Event::$kind(event)
            }
        })*

        $(impl From<<$room::$kind as Kind>::Command> for Command {
            fn from(command: <$room::$kind as Kind>::Command) -> Command {
                Command::$kind(command)
            }
        })*

        impl Opening {
            /// Opened from a message of people's, where this kind of case can be.
            #[must_use]
            pub fn from_message(mut self, message: OpenedFrom) -> Opening {
                match &mut self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::opened_from(opening, message),)*
                }
                self
            }

            /// The channel that is to become its own.
            pub fn converts(&self) -> Option<&Channel> {
                match self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::converts(opening),)*
                }
            }

            /// The case that it is opened about.
            pub fn about(&self) -> Option<CaseId> {
                match self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::about(opening),)*
                }
            }

            /// The cases that its rules must see before they open one.
            pub fn reach(&self) -> Option<Reach> {
                match self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::reach_of_opening(opening),)*
                }
            }

            /// With the cases that it reaches.
            #[must_use]
            pub fn reaching(mut self, cases: Vec<Case>) -> Opening {
                match &mut self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::reached_by_opening(opening, cases),)*
                }
                self
            }

            /// It is about a restricted case, and is to be seen by its own people alone. Whether that is possible.
            pub fn restrict(&mut self) -> bool {
                match self {
                    $(Opening::$kind(opening) => <$room::$kind as Kind>::restrict(opening),)*
                }
            }

            pub const fn kind(&self) -> CaseKind {
                match self { $(Opening::$kind(_) => CaseKind::$kind,)* }
            }

            pub(super) fn open(&self, id: CaseId, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
                match self { $(Opening::$kind(opening) => <$room::$kind as Kind>::open(id, opening, ask, world),)* }
            }
        }

        impl Command {
            /// The kind of case that it needs; `None`: any.
            pub const fn kind(&self) -> Option<CaseKind> {
                match self {
                    Command::Any(_) => None,
                    $(Command::$kind(_) => Some(CaseKind::$kind),)*
                }
            }
        }

        impl Command {
            /// Whether it is for people who don't see the case, and must not learn by the answer whether there is one.
            pub fn is_of_outsiders(&self) -> bool {
                match self {
                    Command::Any(command) => matches!(command, every_case::Command::AskIn { .. }),
                    $(Command::$kind(_) => false,)*
                }
            }

            /// The command with the draft that it accepts in it; `None`: it accepts none.
            pub fn with_draft(&self, draft: &Drafted) -> Option<Command> {
                match self {
                    Command::Any(_) => None,
                    $(Command::$kind(command) => {
                        <$room::$kind as Kind>::with_draft(command, draft).map(Command::$kind)
                    })*
                }
            }

            /// With the cases that it reaches.
            #[must_use]
            pub fn reaching(mut self, cases: Vec<Case>) -> Command {
                match &mut self {
                    Command::Any(_) => {}
                    $(Command::$kind(command) => <$room::$kind as Kind>::reached_by(command, cases),)*
                }
                self
            }

            /// The command with the sealed evidence that it wants in it; `None`: it wants none.
            pub fn with_seal(&self, seal: &Seal) -> Option<Command> {
                match self {
                    Command::Any(_) => None,
                    $(Command::$kind(command) => <$room::$kind as Kind>::with_seal(command, seal).map(Command::$kind),)*
                }
            }

            /// Another case that it names: the asker must be able to see that one too.
            pub fn other_case(&self) -> Option<CaseId> {
                match self {
                    Command::Any(_) => None,
                    $(Command::$kind(command) => <$room::$kind as Kind>::other_case(command),)*
                }
            }
        }

        impl Body {
            pub(super) fn begin(event: &Event) -> Option<(Began, Body)> {
                match event {
                    Event::Duty(_) | Event::Case(_) => None,
                    $(Event::$kind(event) => {
                        <$room::$kind as Kind>::begin(event).map(|(began, it)| (began, Body::$kind(it)))
                    })*
                }
            }

            /// Folds an event of the case's own kind; others change nothing.
            pub(super) fn apply(&mut self, event: &Event, at: At) {
                match (self, event) {
                    $((Body::$kind(it), Event::$kind(event)) => it.apply(event, at),)*
                    (_, Event::Duty(_) | Event::Case(_)) => {}
                    $((_, Event::$kind(_)) => {})*
                }
            }

            pub const fn kind(&self) -> CaseKind {
                match self { $(Body::$kind(_) => CaseKind::$kind,)* }
            }
            pub fn state(&self) -> &'static str {
                match self { $(Body::$kind(it) => it.state(),)* }
            }
            pub fn is_closed(&self) -> bool {
                match self { $(Body::$kind(it) => it.is_closed(),)* }
            }
            pub fn severity(&self) -> Option<Severity> {
                match self { $(Body::$kind(it) => it.severity(),)* }
            }
            pub fn bound_to(&self, duty: Duty) -> Option<u32> {
                match self { $(Body::$kind(it) => it.bound_to(duty),)* }
            }
            pub fn state_at(&self, at: At) -> &'static str {
                match self { $(Body::$kind(it) => it.state_at(at),)* }
            }
            pub fn nature(&self, at: At) -> Vec<String> {
                match self { $(Body::$kind(it) => it.nature(at),)* }
            }
            pub fn queue(&self, case: &Case) -> Option<(QueueId, Windows)> {
                match self { $(Body::$kind(it) => it.queue(case),)* }
            }
            pub fn waits(&self, case: &Case) -> Option<Waits> {
                match self { $(Body::$kind(it) => it.waits(case),)* }
            }
            pub fn counted(&self, case: &Case, from: At, to: At) -> Vec<Counted> {
                match self { $(Body::$kind(it) => it.counted(case, from, to),)* }
            }
            pub fn insiders(&self) -> Vec<PersonId> {
                match self { $(Body::$kind(it) => it.insiders(),)* }
            }
            pub fn seats_of(&self, person: &PersonId) -> Vec<Label> {
                match self { $(Body::$kind(it) => it.seats_of(person),)* }
            }
            pub(super) fn pass_seats(&mut self, seats: &[Label], to: &PersonId, at: At) {
                match self { $(Body::$kind(it) => it.pass_seats(seats, to, at),)* }
            }
            /// The other cases that the rules must see before they decide this.
            pub fn reach(&self, command: &Command) -> Option<Reach> {
                match (self, command) {
                    (_, Command::Any(_)) => None,
                    $((Body::$kind(it), Command::$kind(command)) => it.reach(command),)*
                    $((_, Command::$kind(_)) => None,)*
                }
            }
            pub fn excluded(&self, owed: &Obligation) -> Vec<PersonId> {
                match self { $(Body::$kind(it) => it.excluded(owed),)* }
            }
            pub(in crate::domain) fn attributed(&self, owed: &Obligation, scene: &Scene<'_>) -> Option<Attribution> {
                match self { $(Body::$kind(it) => it.attributed(owed, scene),)* }
            }
            pub fn relies_on(&self, acknowledgement: &Obligation, case: &Case) -> bool {
                match self { $(Body::$kind(it) => it.relies_on(acknowledgement, case),)* }
            }
            pub fn wakes_at(&self) -> Option<At> {
                match self { $(Body::$kind(it) => it.wakes_at(),)* }
            }
            pub fn call(&self, case: &Case) -> Option<Call> {
                match self { $(Body::$kind(it) => it.call(case),)* }
            }

            pub(super) fn acts(&self, scene: &Scene<'_>) -> Vec<Act> {
                match self { $(Body::$kind(it) => it.acts(scene),)* }
            }

            pub(super) fn decide(&self, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
                match (self, command) {
                    (_, Command::Any(command)) => every_case::decide(command, scene),
                    $((Body::$kind(it), Command::$kind(command)) => it.decide(command, scene),)*
                    $((_, Command::$kind(_)) => {
                        Err(Refusal::WrongKind { case: scene.case.id, needs: CaseKind::$kind })
                    })*
                }
            }
        }

        /// What passing time means for the case, by its kind.
        pub(super) fn time_passed(draft: &mut Draft<'_>, passed: &[TimePassed]) {
            match &draft.case.body {
                $(Body::$kind(_) => <$room::$kind as Kind>::time_passed(draft, passed),)*
            }
        }
    };
}

kinds! {
    /// Something about an AI system went wrong, or may have.
    Incident in incident = "INC", "incident", "an incident", severity: true,
        "Open and run incidents about AI systems";
    /// Somebody wants to do something that others must agree to first.
    Approval in approval = "APR", "approval", "an approval", severity: false,
        "Ask for approvals, and answer them";
    /// Somebody wants to depart from a rule for a time.
    Exception in exception = "EXC", "exception", "an exception", severity: false,
        "Raise exceptions from a rule, and rule on them";
    /// Somebody hands over what they hold to somebody else.
    Handoff in handoff = "HOF", "handoff", "a handoff", severity: false,
        "Hand over what you hold, and take over what others hand you";
    /// An AI system is to go back to an older version, or that is drilled.
    Rollback in rollback = "RBK", "rollback", "a rollback", severity: false,
        "Go back to an older version, and drill it";
}

/// Something became true of one obligation of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DutyEvent {
    /// The obligation's number within the case.
    pub number: u32,
    #[serde(flatten)]
    pub change: Change,
}

impl CaseKind {
    pub fn by_prefix(prefix: &str) -> Option<CaseKind> {
        CaseKind::ALL.into_iter().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix))
    }

    pub fn by_word(word: &str) -> Option<CaseKind> {
        CaseKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// `INC-1 or APR-1`: how case ids look.
    pub fn example_ids() -> String {
        text::or(CaseKind::ALL.into_iter().map(|kind| format!("{}-1", kind.prefix())))
    }
}

impl fmt::Display for CaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Event {
    /// Whether it says that the case took a turn, rather than what that means for its obligations and for how long it is kept.
    pub const fn is_turn(&self) -> bool {
        !matches!(self, Event::Duty(_) | Event::Case(every_case::Event::Retained(_)))
    }
}

impl From<DutyEvent> for Event {
    fn from(event: DutyEvent) -> Event {
        Event::Duty(event)
    }
}
impl From<every_case::Command> for Command {
    fn from(command: every_case::Command) -> Command {
        Command::Any(command)
    }
}
impl From<every_case::Telling> for Telling {
    fn from(telling: every_case::Telling) -> Telling {
        Telling::Case(telling)
    }
}
impl From<bot::Telling> for Telling {
    fn from(telling: bot::Telling) -> Telling {
        Telling::Bot(telling)
    }
}
impl From<every_case::Event> for Event {
    fn from(event: every_case::Event) -> Event {
        Event::Case(event)
    }
}
