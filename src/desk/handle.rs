//! What others hold of the desk: they hand in what was heard, ask, report, and look at what it shows.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::RETRY_PAUSE;
use super::accounts::Accounts;
use super::erase::{Destroyed, Finishes, Remade};
use crate::card::Wording;
use crate::clock::Clock;
use crate::domain::bot::heads;
use crate::domain::records::Whose;
use crate::domain::{
    Actor, At, Bot, BotCommand, CaseId, Command, Lane, OutboxId, PersonId, Platform, Policy, Refusal, Reply, Span,
};
use crate::grammar::{Export, Query};
use crate::ledger::heard::{Answer, Heard};
use crate::ledger::record::{Causes, ChannelMade, NotTold, Told};
use crate::store::{CosignatureRow, Postponed};

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

/// The desk is gone: nothing is recorded any more.
pub struct Gone;

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
        /// The word that asked for it. `None`: it was told again.
        word: Option<Word>,
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
    /// Somebody wants a bundle of evidence. It is made outside of the loop, and recorded before they get it.
    Export {
        wanted: Export,
        by: PersonId,
        /// The word that asked for it. `None`: it was told again.
        word: Option<Word>,
    },
    /// A document is accepted as drafted. Nothing is recorded yet: hand the same word in again with the draft.
    NeedsDraft {
        case: CaseId,
        by: PersonId,
    },
    /// Words are to be erased. Nothing is recorded yet: hand the same word in again with what that would take.
    NeedsPreview {
        whose: Whose,
    },
    /// Nothing to answer: it was chatter.
    Heard,
}

/// What the courier has to report, and whoever asks witnesses.
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
    /// A witness said of a signed head that it goes on from what it saw before.
    Cosigned(CosignatureRow),
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
    /// Destroy words, if the case may ask for that now.
    Erase(CaseId, Box<dyn Remade>, oneshot::Sender<Result<Result<Destroyed, Refusal>, Fault>>),
    TakeOver(Box<dyn Finishes>, oneshot::Sender<Result<Destroyed, Fault>>),
    /// Empty the write-ahead log; whether it is.
    Forget(oneshot::Sender<Result<bool, Fault>>),
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
    /// How many entries the last signed head covers; that one stands in the database.
    pub signed: Option<u64>,
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

    /// Has recorded what was seen of signed heads, however often that takes.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn say_of_heads(&self, seen: heads::Command) -> Result<(), Gone> {
        loop {
            match self.ask_bot(BotCommand::Heads(seen.clone()), Actor::Engine, None).await {
                // What isn't news any more is no ruling, and none of them is refused.
                Ok(_) => return Ok(()),
                Err(fault) if fault.is_stopped() => return Err(Gone),
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
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

    /// Destroys words, if the case may ask for that now.
    ///
    /// # Errors
    /// [`Fault`]: they may be there still, and the ledger may say already that they are erased: [`DeskHandle::take_over`] then, or the next start.
    /// Inside, a [`Refusal`].
    pub async fn erase(&self, case: CaseId, remade: Box<dyn Remade>) -> Result<Result<Destroyed, Refusal>, Fault> {
        self.ask(|reply| Item::Erase(case, remade, reply)).await?
    }

    /// Takes over a database without words that the ledger names as gone already.
    ///
    /// # Errors
    /// [`Fault`]: they are still there.
    pub async fn take_over(&self, finishes: Box<dyn Finishes>) -> Result<Destroyed, Fault> {
        self.ask(|reply| Item::TakeOver(finishes, reply)).await?
    }

    /// Empties the write-ahead log, where nobody reads an older state; whether it is empty.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn forget(&self) -> Result<bool, Fault> {
        self.ask(Item::Forget).await?
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
            Item::Erase(_, _, reply) => answer(reply, Err(fault.clone())),
            Item::TakeOver(_, reply) => answer(reply, Err(fault.clone())),
            Item::Forget(reply) => answer(reply, Err(fault.clone())),
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
