//! What others hold of the desk: they hand in what was heard, ask, report, and look at what it shows.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::accounts::Accounts;
use crate::card::Wording;
use crate::clock::Clock;
use crate::domain::{
    Actor, At, Bot, BotCommand, CaseId, Command, Lane, OutboxId, PersonId, Platform, Policy, Refusal, Reply, Span,
};
use crate::grammar::Query;
use crate::ledger::heard::{Answer, Heard};
use crate::ledger::record::{Causes, ChannelMade, NotTold, Told};
use crate::store::Postponed;

/// The bot is at fault. The reference stands in the log beside the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("something went wrong here, and nothing was changed. Reference {reference}.")]
pub struct Fault {
    pub reference: String,
}

impl Fault {
    const STOPPED: &'static str = "stopped";

    /// The desk is gone, so asking again is pointless.
    pub fn is_stopped(&self) -> bool {
        self.reference == Fault::STOPPED
    }
}

/// A word that asked for something: the entry that keeps it, and where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub entry: i64,
    pub said_on: Platform,
}

/// What a person's word came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Handled {
    Answer(Answer),
    /// A question about what is: whoever asked reads it, outside the loop.
    Query {
        query: Query,
        by: PersonId,
    },
    /// The policy file is to be read again.
    ReloadPolicy {
        by: PersonId,
        word: Word,
    },
    /// Somebody wants the address of their calendar. It is made outside of the ledger, which keeps a hash of it alone.
    Calendar {
        by: PersonId,
        renew: bool,
        word: Word,
    },
    /// A document is accepted as drafted. Nothing is recorded yet: hand the same word in again with the draft.
    NeedsDraft {
        case: CaseId,
        by: PersonId,
    },
    /// Nothing to answer: it was chatter.
    Heard,
}

/// What the courier has to report.
#[derive(Clone, Debug)]
pub enum Report {
    /// About to be handed to a platform that can't recognise a repetition.
    Sending(Vec<OutboxId>),
    /// A platform took a message. What it says of each case is an entry of its own; one commit holds all of them.
    Told(Vec<(Option<CaseId>, Told)>),
    NotTold {
        case: Option<CaseId>,
        not_told: NotTold,
    },
    /// A platform made a case's own channel.
    ChannelMade {
        case: CaseId,
        made: ChannelMade,
    },
    Postponed(Postponed<OutboxId>),
    /// A message that stands is to be edited later: `(lane, message)`.
    EditPostponed(Postponed<(Lane, String)>),
    /// A message that stands can't be changed any more: its rows, each with the entry that it was to say.
    LeftAsItIs(Vec<(OutboxId, i64)>),
    /// Somebody deleted a case's card: it has to be posted anew.
    CardGone {
        case: CaseId,
        lane: Lane,
    },
    /// As [`Report::Sending`], for a case's card.
    CardSending {
        case: CaseId,
        lane: Lane,
    },
    CardPostponed(Postponed<(CaseId, Lane)>),
}

/// What waits for the desk.
pub(super) enum Item {
    Hear(Box<Heard>, oneshot::Sender<Result<Handled, Fault>>),
    Bot(Box<BotCommand>, Actor, Option<Word>, oneshot::Sender<Result<Result<Option<Reply>, Refusal>, Fault>>),
    Report(Vec<Report>, oneshot::Sender<Result<(), Fault>>),
    /// What a call to a machine came to for a case.
    Called(CaseId, Box<Command>, oneshot::Sender<Result<Result<(), Refusal>, Fault>>),
    /// Sign a head now.
    Checkpoint(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// What others can see of the desk without asking it: published after each commit.
#[derive(Clone)]
pub struct Shown {
    /// Entries in the ledger.
    pub size: u64,
    pub policy: Arc<Policy>,
    pub(super) accounts: Arc<Accounts>,
    pub bot: Arc<Bot>,
    pub next_wake: Option<At>,
    /// The last commit failed, with this reference.
    pub trouble: Option<String>,
    /// The last head could not be signed or kept, with this reference: what was recorded since isn't sealed.
    pub unsigned: Option<String>,
    /// How far the clock is behind the ledger's last moment. Moments in the ledger never go back, so until it has caught up,
    /// no deadline passes.
    pub clock_behind: Span,
}

/// What a commit changed, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The transcript of a lane; `last`: the entry that changed it last.
    Messages { lane: Lane, last: i64 },
    /// A case, in whatever way.
    Case(CaseId),
}

/// How everybody else speaks to the desk. Cheap to clone.
#[derive(Clone)]
pub struct DeskHandle {
    pub(super) inbox: mpsc::Sender<Item>,
    pub(super) shown: watch::Receiver<Shown>,
    pub(super) changes: broadcast::Sender<Changed>,
    pub wording: Arc<Wording>,
    pub clock: Clock,
    pub causes: Causes,
}

impl DeskHandle {
    /// Hands in something heard. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`Fault`]: nothing of it happened; the platform may tell it again.
    pub async fn hear(&self, heard: Heard) -> Result<Handled, Fault> {
        self.ask(|reply| Item::Hear(Box::new(heard), reply)).await?
    }

    /// Asks something of the bot; with the word that asked for it, where there was one.
    ///
    /// # Errors
    /// [`Fault`]; inside, a [`Refusal`].
    pub async fn ask_bot(
        &self,
        command: BotCommand,
        by: Actor,
        word: Option<Word>,
    ) -> Result<Result<Option<Reply>, Refusal>, Fault> {
        self.ask(|reply| Item::Bot(Box::new(command), by, word, reply)).await?
    }

    /// Records what became of messages.
    ///
    /// # Errors
    /// [`Fault`]: nothing was recorded; report again.
    pub async fn report(&self, reports: Vec<Report>) -> Result<(), Fault> {
        self.ask(|reply| Item::Report(reports, reply)).await?
    }

    /// Says what a call to a machine came to for the case that wanted it made.
    ///
    /// # Errors
    /// [`Fault`]: nothing of it was recorded; inside, a [`Refusal`]: the case doesn't wait for it any more.
    pub async fn called(&self, case: CaseId, command: Command) -> Result<Result<(), Refusal>, Fault> {
        self.ask(|reply| Item::Called(case, Box::new(command), reply)).await?
    }

    /// Signs a head over everything so far.
    ///
    /// # Errors
    /// [`Fault`] when the desk is gone.
    pub async fn checkpoint(&self) -> Result<(), Fault> {
        self.ask(Item::Checkpoint).await
    }

    /// Decides what is waiting, signs a last head and ends.
    pub async fn stop(&self) {
        // A desk that is gone already has stopped.
        let _gone = self.ask(Item::Stop).await;
    }

    /// What slash commands begin with.
    pub fn prefix(&self) -> &str {
        self.wording.prefix()
    }

    /// Whose account this is by the policy in force.
    pub fn person(&self, account: &str, platform: &Platform) -> Option<PersonId> {
        self.shown.borrow().accounts.person(account, platform).cloned()
    }

    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Told which lanes have new or changed messages and which cases changed, after each commit.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Told of every commit.
    pub fn watch(&self) -> watch::Receiver<Shown> {
        self.shown.clone()
    }

    async fn ask<T>(&self, item: impl FnOnce(oneshot::Sender<T>) -> Item) -> Result<T, Fault> {
        let gone = || Fault { reference: Fault::STOPPED.to_owned() };
        let (reply, answer) = oneshot::channel();
        self.inbox.send(item(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

impl Item {
    /// Nothing of it happened.
    pub(super) fn fail(self, fault: &Fault) {
        match self {
            Item::Hear(_, reply) => answer(reply, Err(fault.clone())),
            Item::Bot(_, _, _, reply) => answer(reply, Err(fault.clone())),
            Item::Report(_, reply) => answer(reply, Err(fault.clone())),
            Item::Called(_, _, reply) => answer(reply, Err(fault.clone())),
            Item::Checkpoint(reply) | Item::Stop(reply) => answer(reply, ()),
        }
    }
}

/// Whoever asked may have gone away meanwhile; what was decided stands all the same.
pub(super) fn answer<T>(to: oneshot::Sender<T>, what: T) {
    let _gone = to.send(what);
}

/// Eight characters that a person can read out and an operator can search the log for.
pub fn reference() -> String {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => "norandom".to_owned(),
    }
}
