//! Words are destroyed: the database takes every page of one that was made beside it without them. In one turn it is asked whether they
//! may go, the ledger says that they are gone, and then they are. Words that something keeps are withheld in the same way: they lie beside
//! the ledger then, where nobody reads them.
//!
//! What could go wrong, and what then:
//! - something keeps them by now: the case says so, and nothing is destroyed;
//! - the commit fails: nothing happened;
//! - the process dies after the commit, or the disk is full: the ledger names them as erased, and they are still there. It is tried again
//!   from time to time, and a start does it before anything is served;
//! - somebody reads an older state: the new one counts, and what was there is in the write-ahead log until they are done.

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::handle::{Fault, answer, reference};
use super::rule::Work;
use super::turn::Turn;
use super::{Desk, DeskError};
use crate::domain::{Actor, CaseId, Command, Refusal};
use crate::ledger::record::{Erased, Record, Withheld};
use crate::ledger::{ENGINE, Subjects};
use crate::seal::Hash;
use crate::store::StoreError;

/// What went wrong with the database beside the one at work.
pub type RemadeError = Box<dyn std::error::Error + Send + Sync>;

/// The database as it is to be, without some words, in the making beside the one at work.
pub trait Finishes: Send + Sync {
    /// Takes in the rest, notes outside of the database what goes, and is whole then: a file to take over.
    fn finish(&mut self, fate: Fate, size: u64, root: Hash) -> BoxFuture<'_, Result<PathBuf, RemadeError>>;
}

/// One that is made for an approval: its case is asked whether they may go.
pub trait Remade: Finishes {
    /// Takes in what is committed by now, and says what is to be destroyed.
    fn catch_up(&mut self, size: u64) -> BoxFuture<'_, Result<Destroys, RemadeError>>;
}

/// What is to be destroyed, and what asks the case whether it may be.
pub struct Destroys {
    /// The numbers of entries.
    pub entries: Vec<u64>,
    /// Of those, the ones that are withheld where something keeps the words, and that anybody can still read.
    pub withheld: Vec<u64>,
    pub command: Command,
    /// For what the other database is made but for its end. For anything else, nothing happens.
    pub ready: Option<Fate>,
}

/// What becomes of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Erased,
    /// Something keeps them, and nobody can read them.
    Withheld,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destroyed {
    /// Something keeps the words, and more can't be done.
    Kept,
    /// Hand in a database that is made for this.
    NotReady(Fate),
    /// `still_read`: they are out of the database's file, and not yet out of the write-ahead log: somebody reads an older state.
    Done { fate: Fate, still_read: bool },
}

/// What is done once the turn is committed.
pub(super) struct Erasing {
    pub remade: Box<dyn Finishes>,
    pub fate: Fate,
    pub reply: Reply,
}

/// Who waits for it.
pub(super) enum Reply {
    Approved(oneshot::Sender<Result<Result<Destroyed, Refusal>, Fault>>),
    /// The ledger said so before.
    Overdue(oneshot::Sender<Result<Destroyed, Fault>>),
}

impl Erasing {
    pub fn answer(self, done: Result<Destroyed, Fault>) {
        match self.reply {
            Reply::Approved(reply) => answer(reply, done.map(Ok)),
            Reply::Overdue(reply) => answer(reply, done),
        }
    }
}

impl Desk {
    /// Asks the case whether they may go; if so, the ledger says in this turn that they are gone.
    pub(super) fn rule_erasure<'a>(
        &'a mut self,
        turn: &'a mut Turn,
        id: CaseId,
        remade: &'a mut dyn Remade,
    ) -> BoxFuture<'a, Result<Result<Destroyed, Refusal>, DeskError>> {
        Box::pin(self.ruled(turn, id, remade))
    }

    async fn ruled(
        &mut self,
        turn: &mut Turn,
        id: CaseId,
        remade: &mut dyn Remade,
    ) -> Result<Result<Destroyed, Refusal>, DeskError> {
        let destroys = remade.catch_up(self.ledger.size()).await.map_err(DeskError::Erasure)?;
        let prepared = match self.prepare(turn, Work::Case(id, destroys.command), &Actor::Engine).await? {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(fate) = prepared.fate() else {
            self.write(turn, prepared, None).await?;
            return Ok(Ok(Destroyed::Kept));
        };
        if destroys.ready != Some(fate) {
            return Ok(Ok(Destroyed::NotReady(fate)));
        }
        let said = match fate {
            Fate::Erased => Record::Erased(Erased { entries: destroys.entries, why: format!("{id} was approved") }),
            Fate::Withheld => {
                let why = format!("{id} was approved, and something keeps them");
                Record::Withheld(Withheld { entries: destroys.withheld, why })
            }
        };
        self.record(turn, Some(id), None, None, ENGINE, &said).await?;
        self.write(turn, prepared, None).await?;
        Ok(Ok(Destroyed::Done { fate, still_read: false }))
    }

    /// What was ruled is committed: now they go.
    pub(super) fn destroy(&mut self, erasing: Erasing) -> BoxFuture<'_, ()> {
        Box::pin(self.destroyed(erasing))
    }

    async fn destroyed(&mut self, erasing: Erasing) {
        let mut erasing = erasing;
        self.sign_if_due(true).await;
        let fate = erasing.fate;
        let gone = match self.take_over(&mut *erasing.remade, fate).await {
            Ok(gone) => Ok(gone),
            Err(error) => {
                let reference = reference();
                tracing::error!(%reference, %error, "words that the ledger names as {} are still there; it is tried again within ten minutes", fate.word());
                Err(Fault { reference })
            }
        };
        erasing.answer(gone);
    }

    async fn take_over(&mut self, remade: &mut dyn Finishes, fate: Fate) -> Result<Destroyed, DeskError> {
        let (size, root) = (self.ledger.size(), self.ledger.frontier.root());
        let file = remade.finish(fate, size, root).await.map_err(DeskError::Erasure)?;
        let still_read = match self.writer.become_copy_of(&file).await {
            Ok(()) => false,
            Err(StoreError::StillRead) => true,
            Err(error) => return Err(error.into()),
        };
        self.cases.clear();
        self.threads.clear();
        self.policies.keep_only(&self.policy.hash);
        self.ledger.subjects = Subjects::of(self.writer.subjects().await?);
        if let Some(bot) = self.writer.bot().await? {
            self.bot = bot;
            let bot = std::sync::Arc::new(self.bot.clone());
            self.shown.send_modify(|shown| shown.bot = bot);
        }
        tracing::info!("words were {}: the database was made anew without them", fate.word());
        Ok(Destroyed::Done { fate, still_read })
    }
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Fate::Erased => "erased",
            Fate::Withheld => "withheld",
        }
    }
}
