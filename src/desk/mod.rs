//! The one loop that decides. It takes what is waiting, decides it in order, and commits it as one transaction; every
//! reply and effect follows the commit.
//!
//! What could go wrong, and what then:
//! - the commit fails (disk full, read-only): nothing happened. Everybody in it gets a reference, the operator the reason;
//! - the process dies before the commit: nothing happened, and nobody was told otherwise;
//! - it dies after the commit: the platform tells the event again, its cause is known, the stored answer goes out;
//! - the system's clock goes back: moments in the ledger don't; it is recorded once.

mod accounts;
mod erase;
mod handle;
mod head;
mod hear;
mod open;
mod pinned;
mod policies;
mod rule;
mod turn;

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use lru::LruCache;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use self::accounts::Accounts;
use self::erase::Erasing;
use self::handle::{Item, answer};
use self::head::SignedHead;
use self::policies::Policies;
use self::turn::Turn;
use crate::card::{Card, Speaker, Wording};
use crate::clock::Clock;
use crate::domain::{
    Actor, At, Bot, BotCommand, Case, CaseId, CaseKind, Label, Lane, Platform, Policy, PolicyHash, Reply, Span,
};
use crate::grammar::How;
use crate::ledger::folder::FolderError;
use crate::ledger::record::Causes;
use crate::ledger::{AppendError, Ledger};
use crate::store::{StoreError, Writer};

pub use self::erase::{Destroyed, Destroys, Fate, Finishes, Remade, RemadeError};
pub use self::handle::{Changed, DeskHandle, Fault, Gone, Handled, Report, Shown, Word, reference};
pub use self::open::Setup;

/// How many asks one commit takes at most; under load fewer round trips to the disk, alone no waiting.
const BATCH: usize = 256;
/// Cases kept in memory, those used last. Memory follows this, not the history.
const CACHED_CASES: NonZeroUsize = NonZeroUsize::new(4_096).expect("4096 is not zero");
/// How far the system's clock may step back before it is worth a line in the ledger.
const CLOCK_STEP_IGNORED: Span = Span::seconds(1);

/// How long whoever could not reach the disk or the desk waits before trying again.
pub const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Why the desk can't start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(
        "the signed head says {signed} entries, the database has {have}. It is older than what was signed: a restored backup, or lost writes. \
             Restore a newer one, or run `countersign recover --data {data}` to go on from here and record the loss."
    )]
    Older { signed: u64, have: u64, data: String },
    #[error(
        "the database disagrees with the head that was signed over its first {signed} entries: it was altered, or belongs to another folder. \
             Run `countersign verify --data {data}`; `countersign recover --data {data}` begins a new log and records this."
    )]
    Disagrees { signed: u64, data: String },
    #[error(
        "{data}/checkpoint is missing, but heads of this ledger were signed. Restore that file from where you keep it, or run \
             `countersign recover --data {data}`, which begins a new log."
    )]
    HeadMissing { data: String },
    #[error(
        "the ledger's last entry is of {last}, which is {ahead} ahead of this machine's clock. If this clock is wrong, set it; if the folder was \
             made on a manual clock, start with `--clock manual`. If the machine's clock was wrong then and is right now, start with \
             `--accept-clock`: that is recorded, and until {last} has come, no deadline passes and every entry is of that moment."
    )]
    Future { last: String, ahead: Span },
    #[error(
        "{data}/keys/causes.secret is not the secret that this ledger was written under, so what platforms tell again would count twice. \
             Restore it from your backup of the keys. Where there is none, `countersign recover --data {data} --accept-loss` goes on with the \
             one that lies there, and records it."
    )]
    OtherCauses { data: String },
    #[error(
        "{data}/keys/ledger.seed is not the key that this ledger was handed on to, {key}: it is from before the keys were changed, or of another \
             ledger. Restore {data}/keys from a backup that was made after the change."
    )]
    OtherKey { key: Label, data: String },
    #[error(
        "the policy {0} is missing from the database. Stop the bot and run `countersign rebuild`, which puts it back"
    )]
    PolicyMissing(PolicyHash),
    #[error("the policy in the database can't be read any more:\n{0}")]
    PolicyUnreadable(String),
    #[error(
        "the ledger's last entry is of schema {0}, which this version of Countersign doesn't know: a newer one was at work here. Start that \
             one again."
    )]
    Schema(u32),
    #[error("words could not be erased: {0}")]
    Erasure(RemadeError),
    #[error("the head could not be signed: {0}")]
    Sign(#[from] crate::seal::NoteError),
}

impl DeskError {
    /// Whether it is about one case or the policy it was opened under, so that everything else can go on.
    fn is_of_one_case(&self) -> bool {
        matches!(
            self,
            DeskError::PolicyMissing(_)
                | DeskError::PolicyUnreadable(_)
                | DeskError::Store(StoreError::Unreadable { .. })
        )
    }
}

/// The loop, and what it knows between two turns.
pub struct Desk {
    writer: Writer,
    head: SignedHead,
    ledger: Ledger,
    bot: Bot,
    /// Cases that can't be read or decided any more: an operator has to look at them.
    set_aside: Vec<String>,
    /// When the bot next wants to be woken; worked out anew whenever the bot or the policy changes.
    bot_wake: Option<At>,
    policy: Arc<Policy>,
    policies: Policies,
    cases: LruCache<CaseId, Case>,
    /// The number that each case's last entry has within it.
    case_seqs: LruCache<CaseId, u64>,
    /// Which case a thread belongs to, by lane and root message.
    threads: LruCache<(Lane, String), CaseId>,
    accounts: Arc<Accounts>,
    causes: Causes,
    /// The highest number given for each kind.
    numbers: HashMap<CaseKind, u32>,
    clock: Clock,
    wording: Arc<Wording>,
    platforms: Vec<Platform>,
    inbox: mpsc::Receiver<Item>,
    shown: watch::Sender<Shown>,
    changes: broadcast::Sender<Changed>,
    /// How far the clock is known to be behind the ledger's last moment.
    behind: Span,
}

impl Desk {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// Only what makes going on impossible; a failed commit doesn't.
    pub async fn run(mut self) -> Result<(), DeskError> {
        loop {
            let mut items = Vec::new();
            let due = self.next_due().await?;
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut items, BATCH) => {
                    if received == 0 {
                        return self.finish(None).await;
                    }
                }
                // After a failed commit what was due is still due, and is tried again after a pause. The pause goes by real time:
                // a clock that is moved by hand may be standing.
                () = tokio::time::sleep(RETRY_PAUSE), if self.is_in_trouble() => {}
                () = self.clock.wait_until(due), if !self.is_in_trouble() => {}
                () = Clock::wait_for_the_system(self.head.next(self.ledger.size())), if !self.is_in_trouble() => {}
            }
            if let Some(stop) = items.iter().position(|item| matches!(item, Item::Stop(_))) {
                let later = items.split_off(stop);
                self.serve(items).await?;
                let reply = later.into_iter().find_map(|item| match item {
                    Item::Stop(reply) => Some(reply),
                    _ => None,
                });
                return self.finish(reply).await;
            }
            self.serve(items).await?;
        }
    }

    /// When the loop must turn even if nobody asks anything.
    ///
    /// # Errors
    /// [`StoreError::Ended`].
    async fn next_due(&mut self) -> Result<Option<At>, DeskError> {
        let case = match self.writer.next_wake(&self.set_aside).await {
            Ok(wake) => wake,
            Err(StoreError::Ended) => return Err(StoreError::Ended.into()),
            Err(error) => {
                tracing::error!(%error, "the next wake can't be read; trying again in a second");
                Some(self.clock.now() + Span::seconds(1))
            }
        };
        let bot = self.bot_wake;
        let next = case.into_iter().chain(bot).min();
        self.shown.send_if_modified(|shown| std::mem::replace(&mut shown.next_wake, next) != next);
        Ok(next)
    }

    fn is_in_trouble(&self) -> bool {
        self.shown.borrow().trouble.is_some()
    }

    /// # Errors
    /// [`StoreError::Ended`]: nothing can be written any more, however often it is tried.
    async fn serve(&mut self, items: Vec<Item>) -> Result<(), DeskError> {
        let mut turn = self.turn();
        let mut items = VecDeque::from(items);
        let mut ready = Ready::default();
        let decided = self.decide(&mut turn, &mut items, &mut ready).await;
        let outcome = match decided {
            Ok(()) => self.commit(turn).await,
            Err(error) => Err(error),
        };
        let mut ended = Ok(());
        let done = match outcome {
            Ok(()) => {
                self.shown.send_if_modified(|shown| shown.trouble.take().is_some());
                Ok(())
            }
            Err(error) => {
                let reference = reference();
                tracing::error!(%reference, %error, "nothing of this batch was written");
                self.shown.send_modify(|shown| shown.trouble = Some(reference.clone()));
                if matches!(error, DeskError::Store(StoreError::Ended)) {
                    ended = Err(error);
                }
                Err(Fault { reference })
            }
        };
        for reply in ready.replies {
            reply(done.clone());
        }
        match done {
            Ok(()) => {
                for erasing in ready.erasing {
                    self.destroy(erasing).await;
                }
            }
            Err(fault) => {
                items.into_iter().for_each(|item| item.fail(&fault));
                ready.erasing.into_iter().for_each(|erasing| erasing.answer(Err(fault.clone())));
            }
        }
        ended?;
        self.sign_if_due(!ready.checkpoints.is_empty()).await;
        for reply in ready.checkpoints {
            answer(reply, ());
        }
        Ok(())
    }

    /// Decides all items in order, taking each off the queue. What is left there after an error was not decided.
    async fn decide(
        &mut self,
        turn: &mut Turn,
        items: &mut VecDeque<Item>,
        ready: &mut Ready,
    ) -> Result<(), DeskError> {
        if turn.behind > self.behind + CLOCK_STEP_IGNORED {
            let command = BotCommand::ClockWentBack { by: turn.behind - self.behind };
            let _recorded = self.rule_bot(turn, command, &Actor::Engine, None).await?;
        }
        // Time first: who is late is late before the next word counts, and a moved duty is moved before it is answered.
        self.wake(turn).await?;
        self.prefetch(turn, items).await?;
        while let Some(item) = items.pop_front() {
            match item {
                Item::Hear(heard, reply) => match self.handle(turn, *heard).await {
                    Ok(handled) => ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| handled)))),
                    // Nothing of this word is in the turn, so the others go on. Its case may have been woken before it was
                    // decided; that wake is in the turn as a whole, and stands.
                    Err(error) if error.is_of_one_case() => {
                        let reference = reference();
                        tracing::error!(%reference, %error, "this word could not be decided");
                        answer(reply, Err(Fault { reference }));
                    }
                    Err(error) => {
                        ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| Handled::Heard))));
                        return Err(error);
                    }
                },
                Item::Bot(command, by, word, reply) => match self.rule_bot(turn, *command, &by, word.as_ref()).await {
                    Ok(ruled) => ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| ruled)))),
                    Err(error) => {
                        ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| Ok(None)))));
                        return Err(error);
                    }
                },
                Item::Report(reports, reply) => {
                    ready.replies.push(Box::new(move |done| answer(reply, done)));
                    for report in reports {
                        self.report(turn, report).await?;
                    }
                }
                Item::Called(case, command, reply) => match self.rule_call(turn, case, *command).await {
                    Ok(ruled) => ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| ruled)))),
                    Err(error) if error.is_of_one_case() => {
                        let reference = reference();
                        tracing::error!(%reference, %case, %error, "what a call came to could not be decided");
                        answer(reply, Err(Fault { reference }));
                    }
                    Err(error) => {
                        ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| Ok(())))));
                        return Err(error);
                    }
                },
                Item::Erase(case, mut remade, reply) => match self.rule_erasure(turn, case, &mut *remade).await {
                    Ok(Ok(Destroyed::Done { fate, .. })) => {
                        ready.erasing.push(Erasing { remade, fate, reply: erase::Reply::Approved(reply) });
                    }
                    Ok(ruled) => ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| ruled)))),
                    // Nothing of it is in the turn.
                    Err(error @ DeskError::Erasure(_)) => {
                        let reference = reference();
                        tracing::error!(%reference, %error, "nothing was erased; it is tried again");
                        answer(reply, Err(Fault { reference }));
                    }
                    Err(error) => {
                        answer(reply, Err(Fault { reference: reference() }));
                        return Err(error);
                    }
                },
                Item::TakeOver(remade, reply) => {
                    let (fate, reply) = (Fate::Erased, erase::Reply::Overdue(reply));
                    ready.erasing.push(Erasing { remade, fate, reply });
                }
                Item::Forget(reply) => match self.writer.forget().await {
                    Ok(()) => answer(reply, Ok(true)),
                    Err(StoreError::StillRead) => answer(reply, Ok(false)),
                    Err(error) => {
                        answer(reply, Err(Fault { reference: reference() }));
                        return Err(error.into());
                    }
                },
                Item::Checkpoint(reply) => ready.checkpoints.push(reply),
                Item::Stop(reply) => answer(reply, ()),
            }
        }
        Ok(())
    }

    /// Wakes what wanted to be woken by now: the bot and up to a batch of cases.
    async fn wake(&mut self, turn: &mut Turn) -> Result<(), DeskError> {
        let mut bot_is_due = self.bot_wake.is_some_and(|at| at <= turn.at);
        while bot_is_due {
            let before = turn.ledger.size();
            let _nothing_to_do = self.rule_bot(turn, BotCommand::Wake, &Actor::Engine, None).await?;
            let next = self.bot_now(turn).wake(&self.policy_now(turn));
            bot_is_due = turn.ledger.size() > before && next.is_some_and(|at| at <= turn.at);
        }
        let due = self.writer.due(turn.at, BATCH as u32, &self.set_aside).await?;
        let ids: Vec<CaseId> = due.iter().filter_map(|(_, case)| case.as_ref().ok().map(|case| case.id)).collect();
        self.look_up_case_seqs(turn, &ids).await?;
        for (id, case) in due {
            // One case that can't be decided must not stop the clocks of all others.
            let woken = match case {
                Ok(case) => self.rule_wake(turn, case).await,
                Err(error) => Err(error.into()),
            };
            match woken {
                Err(error) if error.is_of_one_case() => {
                    tracing::error!(case = id, %error, "this case can't be woken; it is set aside until the next start");
                    self.set_aside.push(id);
                }
                woken => woken?,
            }
        }
        Ok(())
    }

    async fn finish(mut self, reply: Option<oneshot::Sender<()>>) -> Result<(), DeskError> {
        let mut turn = self.turn();
        let _recorded = self.rule_bot(&mut turn, BotCommand::Stop, &Actor::Operator, None).await?;
        let committed = self.commit(turn).await;
        if committed.is_ok() {
            self.sign_if_due(true).await;
        }
        let closed = self.writer.close().await;
        if let Some(reply) = reply {
            answer(reply, ());
        }
        committed?;
        Ok(closed?)
    }

    /// To somebody who asked in this way.
    fn speaker(&self, how: How) -> Speaker<'_> {
        Speaker::new(&self.wording, &self.policy).to(how)
    }

    fn card(&self, reply: &Reply, how: How) -> Card {
        crate::card::tell(&self.speaker(how), reply.about.as_ref(), &reply.telling, None)
    }
}

/// Answers whoever asked, once it is known whether the commit stands.
type Sender = Box<dyn FnOnce(Result<(), Fault>) + Send>;

/// What goes out after the commit.
#[derive(Default)]
struct Ready {
    replies: Vec<Sender>,
    checkpoints: Vec<oneshot::Sender<()>>,
    erasing: Vec<Erasing>,
}
