//! What can be asked of every case, whatever its kind: its clocks, remarks on it, who may see it.

use serde::{Deserialize, Serialize};

use super::act::{Act, words};
use super::line::Named;
use super::obligation::{Attribution, Receiver, Under};
use super::policy::Channel;
use super::scene::Scene;
use super::{Actor, At, CaseId, Duty, Label, Lane, PersonId, PolicyHash, Refusal, Ruling, mark};

mod access;
pub mod clocks;
mod excepted;
mod handing;
mod kept;
pub mod remarks;
mod retained;
pub mod snooze;
mod telling;
pub mod wake;

pub use handing::{HandOver, Handing, InRoles, Moves, moves};
pub use kept::{Kept, KeptAs, KeptMessage, OpenedFrom, keep};
pub use retained::Retained;
pub use telling::{LateAnswer, Telling};

/// Who sees a case that isn't restricted, as whoever opens it is told.
pub const PUBLIC: &str = "Public: everybody in the workflow's channels sees it";

/// The verbs that the rules of every case tell people to type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Verb {
    Contest,
    Link,
    List,
    Note,
    Pause,
    Resume,
    Settle,
    Snooze,
    Status,
    Waive,
    Withdraw,
}

impl Named for Verb {}

/// Asked of any case.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The moment that the case wanted to be woken at has come. Only the engine asks this.
    Wake,
    Note {
        text: String,
    },
    Link {
        url: String,
        text: String,
    },
    /// Keeps a message of people's as a note.
    Keep {
        message: KeptMessage,
    },
    /// Keeps a message as evidence.
    Pin {
        message: KeptMessage,
        reason: String,
    },
    /// Takes it off the list of what was kept; the story stays as it is.
    Unpin {
        message: KeptMessage,
        reason: String,
    },
    /// Asks to be let in to a restricted case. Whoever asks must not learn whether there is one.
    AskIn {
        text: String,
    },
    /// Lets somebody see a restricted case.
    Invite {
        person: PersonId,
    },
    /// Takes that back.
    Uninvite {
        person: PersonId,
    },
    /// Where no duty is named, the one that the asker owes, or the only one open.
    Pause {
        duty: Option<Duty>,
        reason: String,
    },
    Resume {
        duty: Option<Duty>,
    },
    Waive {
        duty: Duty,
        reason: String,
    },
    /// “Remind me later.” Left open, for half an hour.
    Snooze {
        until: Option<At>,
    },
    /// “That breach wasn't ours”: recorded beside the attribution until it is settled.
    Contest {
        duty: Option<Duty>,
        says: Attribution,
        reason: String,
    },
    Settle {
        duty: Option<Duty>,
        to: Attribution,
        reason: String,
    },
    /// An exception about it came into force: clocks of these duties stand still until `ends` at most. Only the engine asks this.
    Except {
        under: Under,
        by: Option<PersonId>,
        duties: Vec<Duty>,
        ends: At,
    },
    /// That exception is in force no more. Only the engine asks this.
    ExceptNoMore {
        exception: CaseId,
    },
    /// Something that the bot itself has seen about it. Only the engine asks this.
    Observe {
        seen: String,
    },
    /// Somebody has sat in a seat of it for too long. Only the engine asks this.
    Relieve {
        seat: Label,
        person: PersonId,
        since: At,
    },
    /// What somebody holds on it is somebody else's from now on, by a handoff. Only the engine asks this.
    HandOver(Box<HandOver>),
}

/// Became true of a case as such, whatever its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "case.")]
pub enum Event {
    Noted {
        by: PersonId,
        text: String,
    },
    Linked {
        by: PersonId,
        url: String,
        text: String,
    },
    Invited {
        by: PersonId,
        person: PersonId,
    },
    Uninvited {
        by: PersonId,
        person: PersonId,
    },
    /// Somebody takes part of their own accord, and belongs into its own channel.
    Joined {
        by: PersonId,
    },
    /// A message was kept with it, by a reaction or as evidence.
    Kept {
        by: PersonId,
        what: KeptAs,
        #[serde(flatten)]
        message: KeptMessage,
        /// Why it is evidence, in the words of whoever pinned it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A message that was kept is on the list of such no more. What was kept stays in the story.
    Unpinned {
        by: PersonId,
        lane: Lane,
        /// The platform's own id of it.
        #[serde(serialize_with = "mark::id")]
        message: String,
        said: At,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// From then on its own people alone see it.
    Restricted {
        by: PersonId,
        reason: String,
        /// Where it is told from then on.
        homes: Vec<Channel>,
        /// Where it is told no more.
        left: Vec<Channel>,
    },
    Unrestricted {
        by: PersonId,
        reason: String,
        homes: Vec<Channel>,
        /// Where one line says how it stands from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        announced: Vec<Channel>,
    },
    /// Somebody who doesn't see it asked to be let in.
    AskedIn {
        by: PersonId,
        text: String,
    },
    /// The bot itself has seen this about it.
    Observed {
        seen: String,
    },
    /// Somebody put off being reminded of what they owe on it.
    Snoozed {
        by: PersonId,
        until: At,
        /// The obligations that they aren't reminded of until then.
        numbers: Vec<u32>,
    },
    /// The text of the policy that it went on under was erased, and it goes on under this one.
    PolicyReplaced {
        policy: PolicyHash,
    },
    /// What somebody held on it is somebody else's from now on: these of its seats, and what the changes of its duties beside
    /// this say.
    HandedOver {
        handoff: CaseId,
        /// `None`: whoever held it in roles that were handed over as such.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
        to: Receiver,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Label>,
    },
    /// It is closed, and kept until then at least.
    Retained(Retained),
}

impl Event {
    /// Where the case changes its homes by it: those in which it is told no more.
    pub(super) fn moves_from(&self) -> Option<&[Channel]> {
        match self {
            Event::Restricted { left, .. } => Some(left),
            Event::Unrestricted { .. } => Some(&[]),
            Event::Noted { .. }
            | Event::Linked { .. }
            | Event::Invited { .. }
            | Event::Uninvited { .. }
            | Event::Joined { .. }
            | Event::AskedIn { .. }
            | Event::Kept { .. }
            | Event::Unpinned { .. }
            | Event::Observed { .. }
            | Event::Snoozed { .. }
            | Event::PolicyReplaced { .. }
            | Event::HandedOver { .. }
            | Event::Retained(_) => None,
        }
    }

    /// Whether a restricted case is seen by others after it than before.
    pub(super) fn changes_who_sees(&self) -> bool {
        match self {
            Event::Restricted { .. }
            | Event::Unrestricted { .. }
            | Event::Invited { .. }
            | Event::Uninvited { .. }
            | Event::Joined { .. }
            | Event::HandedOver { .. } => true,
            Event::Noted { .. }
            | Event::Linked { .. }
            | Event::AskedIn { .. }
            | Event::Kept { .. }
            | Event::Unpinned { .. }
            | Event::Observed { .. }
            | Event::Snoozed { .. }
            | Event::PolicyReplaced { .. }
            | Event::Retained(_) => false,
        }
    }
}

/// Decides what is asked of any case, but for being woken: that is [`wake::wake`]'s, and each kind has its say in it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    match command {
        Command::Wake => Ok(wake::wake(scene)),
        Command::Note { text } => remarks::note(scene, text),
        Command::Link { url, text } => remarks::link(scene, url, text),
        Command::Invite { person } => remarks::invite(scene, person),
        Command::Uninvite { person } => remarks::uninvite(scene, person),
        Command::Pause { duty, reason } => clocks::pause(scene, *duty, reason),
        Command::Resume { duty } => clocks::resume(scene, *duty),
        Command::Waive { duty, reason } => clocks::waive(scene, *duty, reason),
        Command::AskIn { text } => access::ask_in(scene, text),
        Command::Keep { message } => kept::keep(scene, message, KeptAs::Note),
        Command::Pin { message, reason } => kept::pin(scene, message, reason),
        Command::Unpin { message, reason } => kept::unpin(scene, message, reason),
        Command::Snooze { until } => snooze::snooze(scene, *until),
        Command::Contest { duty, says, reason } => clocks::contest(scene, *duty, says, reason),
        Command::Settle { duty, to, reason } => clocks::settle(scene, *duty, to, reason),
        Command::Except { .. }
        | Command::ExceptNoMore { .. }
        | Command::Observe { .. }
        | Command::Relieve { .. }
        | Command::HandOver(_)
            if scene.ask.by != Actor::Engine =>
        {
            Err(Refusal::missing("that is the bot's own business.".to_owned()))
        }
        Command::Except { under, by, duties, ends } => Ok(excepted::except(scene, *under, by.as_ref(), duties, *ends)),
        Command::ExceptNoMore { exception } => Ok(excepted::except_no_more(scene, *exception)),
        Command::Observe { seen } => Ok(remarks::observe(scene, seen)),
        Command::Relieve { seat, person, since } => Ok(handing::relieve(scene, seat, person, *since)),
        Command::HandOver(wanted) => Ok(handing::hand_over(scene, wanted)),
    }
}

/// What can be wanted of any case, the likeliest first. Which of it is accepted, [`decide`] says.
pub(super) fn acts(scene: &Scene<'_>) -> Vec<Act> {
    let mut acts = vec![
        Act::of(Verb::Note, Command::Note { text: words() }),
        Act::of(Verb::Link, Command::Link { url: "https://example.org/".to_owned(), text: String::new() }),
    ];
    for owed in scene.case.open_obligations() {
        let duty = Some(owed.duty);
        let reasons = owed.terms.pause.reasons.iter().cloned();
        acts.extend(reasons.map(|reason| Act::of(Verb::Pause, Command::Pause { duty, reason })));
        acts.push(Act::of(Verb::Resume, Command::Resume { duty }));
        acts.push(Act::of(Verb::Waive, Command::Waive { duty: owed.duty, reason: words() }));
    }
    acts.push(Act::of(Verb::Snooze, Command::Snooze { until: None }));
    for breached in scene.case.obligations.iter().filter(|it| it.breach.is_some()) {
        let (duty, whose) = (Some(breached.duty), || Attribution::ThirdParty);
        acts.push(Act::of(Verb::Contest, Command::Contest { duty, says: whose(), reason: words() }));
        acts.push(Act::of(Verb::Settle, Command::Settle { duty, to: whose(), reason: words() }));
    }
    acts
}
