//! Words are destroyed: the database takes every page of one that was made beside it without them. In one turn it is asked whether they
//! may go, the ledger says that they are gone, and then they are.
//!
//! What could go wrong, and what then:
//! - something keeps them by now: the case says so, and nothing is destroyed;
//! - the commit fails: nothing happened;
//! - the process dies after the commit, or the disk is full: the ledger names them as erased, and they are still there. Whoever asked asks
//!   again, and a start does it before anything is served;
//! - somebody reads an older state: the new one counts, and what was there is in the write-ahead log until they are done.

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::handle::{Fault, answer, reference};
use super::rule::Work;
use super::turn::Turn;
use super::{Desk, DeskError};
use crate::domain::{Actor, CaseId, Command, Refusal};
use crate::ledger::record::{Erased, Record};
use crate::ledger::{ENGINE, Subjects};
use crate::seal::Hash;
use crate::store::StoreError;

/// What went wrong with the database beside the one at work.
pub type RemadeError = Box<dyn std::error::Error + Send + Sync>;

/// The database as it is to be, without some words, in the making beside the one at work.
pub trait Remade: Send + Sync {
    /// Takes in what is committed by now, and says what is to be destroyed.
    fn catch_up(&mut self, size: u64) -> BoxFuture<'_, Result<Destroys, RemadeError>>;
    /// Takes in the rest, notes outside of the database what is destroyed, and is whole then: a file to take over.
    fn finish(&mut self, size: u64, root: Hash) -> BoxFuture<'_, Result<PathBuf, RemadeError>>;
}

/// What is to be destroyed, and what asks the case whether it may be.
pub struct Destroys {
    /// The numbers of entries.
    pub entries: Vec<u64>,
    pub command: Command,
    /// The other database is made but for its end. Where it isn't, since something kept the words when it was looked, nothing is destroyed.
    pub is_ready: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destroyed {
    /// Something keeps the words.
    Kept,
    /// Nothing keeps them any more: hand in a database to take over.
    NotReady,
    Gone,
    /// They are gone from the database's file, and not yet from the write-ahead log: somebody reads an older state.
    StillRead,
}

/// What is destroyed once the turn is committed.
pub(super) type Erasing = (Box<dyn Remade>, oneshot::Sender<Result<Result<Destroyed, Refusal>, Fault>>);

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
        let may_go = prepared.destroys();
        if may_go && !destroys.is_ready {
            return Ok(Ok(Destroyed::NotReady));
        }
        if may_go {
            let why = format!("{id} was approved");
            let erased = Record::Erased(Erased { entries: destroys.entries, why });
            self.record(turn, Some(id), None, None, ENGINE, &erased).await?;
        }
        self.write(turn, prepared, None).await?;
        Ok(Ok(if may_go { Destroyed::Gone } else { Destroyed::Kept }))
    }

    /// What was ruled is committed: now they go.
    pub(super) fn destroy(&mut self, erasing: Erasing) -> BoxFuture<'_, ()> {
        Box::pin(self.destroyed(erasing))
    }

    async fn destroyed(&mut self, (mut remade, reply): Erasing) {
        self.sign_if_due(true).await;
        let gone = match self.take_over(&mut *remade).await {
            Ok(gone) => Ok(Ok(gone)),
            Err(error) => {
                let reference = reference();
                tracing::error!(%reference, %error, "words that the ledger names as erased are still there; it is tried again");
                Err(Fault { reference })
            }
        };
        answer(reply, gone);
    }

    async fn take_over(&mut self, remade: &mut dyn Remade) -> Result<Destroyed, DeskError> {
        let (size, root) = (self.ledger.size(), self.ledger.frontier.root());
        let file = remade.finish(size, root).await.map_err(DeskError::Erasure)?;
        let gone = match self.writer.become_copy_of(&file).await {
            Ok(()) => Destroyed::Gone,
            Err(StoreError::StillRead) => Destroyed::StillRead,
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
        tracing::info!("words were erased: the database was made anew without them");
        Ok(gone)
    }
}
