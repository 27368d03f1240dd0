//! The one loop that decides. It takes what is waiting, decides it in order, and commits it as one transaction; every
//! reply and effect follows the commit.
//!
//! What could go wrong, and what then:
//! - the commit fails (disk full, read-only): nothing happened. Everybody in it gets a reference, the operator the reason;
//! - the process dies before the commit: nothing happened, and nobody was told otherwise;
//! - it dies after the commit: the platform tells the event again, its cause is known, the stored answer goes out;
//! - the system's clock goes back: moments in the ledger don't; it is recorded once.

mod accounts;
mod hear;
mod rule;

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use lru::LruCache;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use self::accounts::Accounts;
use crate::card::{Card, Speaker, Wording};
use crate::chat::{Answer, Heard, Lane};
use crate::clock::Clock;
use crate::domain::kinds::DutyEvent;
use crate::domain::obligation::Change;
use crate::domain::{
    Actor, At, Bot, BotCommand, Case, CaseId, CaseKind, Event, OutboxId, PersonId, Platform, Policy, PolicyHash,
    Refusal, Reply, Span,
};
use crate::folder::{Folder, FolderError};
use crate::grammar::{How, Query};
use crate::ledger::{About, AppendError, Ledger, Subjects};
use crate::projection::{Entry, Policies, Projection};
use crate::record::{ChannelMade, NotTold, NotToldBecause, Record, Told};
use crate::seal::{Checkpoint, Signer};
use crate::store::{Commit, MessageChange, OutboxState, StoreError, Writer};

/// How many asks one commit takes at most; under load fewer round trips to the disk, alone no waiting.
const BATCH: usize = 256;
/// Cases kept in memory, those used last. Memory follows this, not the history.
const CACHED_CASES: NonZeroUsize = NonZeroUsize::new(4_096).expect("4096 is not zero");
/// How far the system's clock may step back before it is worth a line in the ledger.
const CLOCK_STEP_IGNORED: Span = Span::seconds(1);

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
        "the ledger's last entry is of {last}, which is {ahead} ahead of this machine's clock. Set the clock; or, if the folder was made on a \
             manual clock, start with `--clock manual`."
    )]
    Future { last: String, ahead: Span },
    #[error("the policy that {0} was opened under is missing from the database")]
    PolicyMissing(String),
    #[error("the policy in the database can't be read any more:\n{0}")]
    PolicyUnreadable(String),
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

/// What a person's word came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Heeded {
    Answer(Answer),
    /// A question about what is: whoever asked reads it, outside the loop.
    Query {
        query: Query,
        by: PersonId,
    },
    /// The policy file is to be read again.
    ReloadPolicy {
        by: PersonId,
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
    Postponed {
        outbox: OutboxId,
        attempts: u32,
        not_before: At,
    },
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
    CardPostponed {
        case: CaseId,
        lane: Lane,
        attempts: u32,
        not_before: At,
    },
}

enum Item {
    Hear(Box<Heard>, oneshot::Sender<Result<Heeded, Fault>>),
    Bot(Box<BotCommand>, Actor, oneshot::Sender<Result<Result<Option<Reply>, Refusal>, Fault>>),
    Report(Vec<Report>, oneshot::Sender<Result<(), Fault>>),
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
    pub bot: Arc<Bot>,
    pub next_wake: Option<At>,
    /// The last commit failed, with this reference.
    pub trouble: Option<String>,
    /// The last head could not be signed or kept, with this reference: what was recorded since isn't sealed.
    pub unsigned: Option<String>,
}

/// A lane whose transcript changed, and the entry that changed it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub lane: String,
    pub last: i64,
}

/// How everybody else speaks to the desk. Cheap to clone.
#[derive(Clone)]
pub struct DeskHandle {
    inbox: mpsc::Sender<Item>,
    shown: watch::Receiver<Shown>,
    changes: broadcast::Sender<Changed>,
    pub wording: Arc<Wording>,
    pub clock: Clock,
}

impl DeskHandle {
    /// Hands in something heard. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`Fault`]: nothing of it happened; the platform may tell it again.
    pub async fn hear(&self, heard: Heard) -> Result<Heeded, Fault> {
        self.ask(|reply| Item::Hear(Box::new(heard), reply)).await?
    }

    /// Asks something of the bot.
    ///
    /// # Errors
    /// [`Fault`]; inside, a [`Refusal`].
    pub async fn ask_bot(&self, command: BotCommand, by: Actor) -> Result<Result<Option<Reply>, Refusal>, Fault> {
        self.ask(|reply| Item::Bot(Box::new(command), by, reply)).await?
    }

    /// Records what became of messages.
    ///
    /// # Errors
    /// [`Fault`]: nothing was recorded; report again.
    pub async fn report(&self, reports: Vec<Report>) -> Result<(), Fault> {
        self.ask(|reply| Item::Report(reports, reply)).await?
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
        Accounts::of(&self.shown().policy).person(account, platform).cloned()
    }

    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Told which lanes have new or changed messages, after each commit.
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

/// How the desk is set up.
pub struct Setup {
    pub clock: Clock,
    pub policy: Arc<Policy>,
    pub policy_text: String,
    pub wording: Arc<Wording>,
    /// Platforms that messages can go to.
    pub platforms: Vec<Platform>,
    /// How often a head is signed while the ledger grows (in the clock's time), and a tenth as often when it is idle.
    pub checkpoint_every: Span,
}

pub struct Desk {
    writer: Writer,
    folder: Folder,
    signer: Signer,
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
    threads: LruCache<(String, String), CaseId>,
    accounts: Accounts,
    /// The highest number given for each kind.
    numbers: HashMap<CaseKind, u32>,
    clock: Clock,
    wording: Arc<Wording>,
    platforms: Vec<Platform>,
    inbox: mpsc::Receiver<Item>,
    shown: watch::Sender<Shown>,
    changes: broadcast::Sender<Changed>,
    checkpoint_every: Span,
    /// How far the clock is known to be behind the ledger's last moment.
    behind: Span,
    /// The last signed head: its text, size, and when.
    signed: Option<(String, u64)>,
    signed_at: At,
    /// The last head stands in its file, but it isn't sure that the disk has it.
    head_unsure: bool,
    /// Set when a head could neither be signed nor its state be known: no more are signed by this process.
    sealing_stopped: bool,
}

impl Desk {
    /// Takes up the data folder: checks the ledger's end against the head that was signed, loads what it needs, records the
    /// start and the policy.
    ///
    /// # Errors
    /// [`DeskError`]; then nothing was written.
    pub async fn open(folder: Folder, mut writer: Writer, setup: Setup) -> Result<(Desk, DeskHandle), DeskError> {
        let signer = folder.signer()?;
        let head = writer.head().await?;
        let data = folder.path().display().to_string();
        let signed = folder.last_checkpoint()?;
        match &signed {
            Some((_, checkpoint)) => check_against(&mut writer, head.frontier.size(), checkpoint, &data).await?,
            // Signing on without the last head could sign a second tree under one name.
            None => {
                let known = writer.last_checkpoint().await?;
                if known.is_some_and(|note| note.lines().next() == Some(folder.origin())) {
                    return Err(DeskError::HeadMissing { data });
                }
            }
        }
        let now = setup.clock.now();
        let ahead = head.last_at - now;
        if ahead > Span::minutes(5) && setup.clock.mode() == crate::clock::Mode::Real {
            let last =
                head.last_at.utc().map_or_else(|| "?".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string());
            return Err(DeskError::Future { last, ahead });
        }
        let was_down = (head.last.is_some()).then(|| now - head.last_at);
        let bot = writer.bot().await?.unwrap_or_default();
        let mut numbers = HashMap::new();
        for kind in CaseKind::ALL {
            numbers.insert(kind, writer.highest_number(kind).await?);
        }
        let mut policies = Policies::default();
        policies.add(setup.policy.clone());
        let held = Arc::new(bot.with_group_members(&setup.policy));
        let subjects = Subjects::of(writer.subjects().await?);
        let ledger = Ledger::new(head.frontier, head.last, head.last_at, subjects, setup.clock.seal());
        let (send, inbox) = mpsc::channel(4 * BATCH);
        let shown = Shown {
            size: ledger.size(),
            policy: held.clone(),
            bot: Arc::new(bot.clone()),
            next_wake: None,
            trouble: None,
            unsigned: None,
        };
        let (shown, watch) = watch::channel(shown);
        let changes = broadcast::Sender::new(1024);
        let handle = DeskHandle {
            inbox: send,
            shown: watch,
            changes: changes.clone(),
            wording: setup.wording.clone(),
            clock: setup.clock.clone(),
        };
        let mut desk = Desk {
            writer,
            folder,
            signer,
            ledger,
            set_aside: Vec::new(),
            bot_wake: bot.wake(&setup.policy),
            bot,
            policy: held,
            policies,
            cases: LruCache::new(CACHED_CASES),
            case_seqs: LruCache::new(CACHED_CASES),
            threads: LruCache::new(CACHED_CASES),
            accounts: Accounts::of(&setup.policy),
            numbers,
            clock: setup.clock,
            wording: setup.wording,
            platforms: setup.platforms,
            inbox,
            shown,
            changes,
            checkpoint_every: setup.checkpoint_every,
            behind: Span::ZERO,
            signed: signed.map(|(text, checkpoint)| (text, checkpoint.size)),
            signed_at: now,
            head_unsure: false,
            sealing_stopped: false,
        };
        desk.begin(setup.policy, setup.policy_text, was_down).await?;
        Ok((desk, handle))
    }

    /// The first commit of a process: that it started, and the policy if it is another one.
    async fn begin(&mut self, policy: Arc<Policy>, text: String, was_down: Option<Span>) -> Result<(), DeskError> {
        let clock = match self.clock.mode() {
            crate::clock::Mode::Real => "real".to_owned(),
            crate::clock::Mode::Manual => format!("manual, speed {}", self.clock.speed()),
        };
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let mut commands = vec![BotCommand::Start { version, clock, was_down }];
        if self.bot.policy.as_ref() != Some(&policy.digest) {
            // The rights and members that count until now are those of the policy that was in force.
            if let Some(before) = self.bot.policy.clone() {
                match self.stamped(&before).await {
                    Ok(before) => self.policy = Arc::new(self.bot.with_group_members(&before)),
                    Err(DeskError::PolicyUnreadable(errors)) => {
                        tracing::warn!(%errors, "the policy that was in force can't be read any more; the new one takes over");
                    }
                    Err(error) => return Err(error),
                }
            }
            commands.push(BotCommand::LoadPolicy { policy: Box::new((*policy).clone()), text });
        }
        let mut turn = self.turn();
        for command in commands {
            // The operator may start and load a policy; a refusal here says that there was nothing to do.
            let _nothing_to_do = self.rule_bot(&mut turn, command, &Actor::Operator).await?;
        }
        self.commit(turn).await?;
        Ok(())
    }

    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// Only what makes going on impossible; a failed commit doesn't.
    pub async fn run(mut self) -> Result<(), DeskError> {
        loop {
            let mut items = Vec::new();
            let due = self.next_due().await;
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut items, BATCH) => {
                    if received == 0 {
                        return self.finish(None).await;
                    }
                }
                // After a failed commit, what is due stays due: a breath instead of a busy loop, and by the world's time, since
                // the room's may stand still.
                () = tokio::time::sleep(RETRY_PAUSE), if self.is_in_trouble() => {}
                () = self.clock.wait_until(due), if !self.is_in_trouble() => {}
            }
            if let Some(stop) = items.iter().position(|item| matches!(item, Item::Stop(_))) {
                let later = items.split_off(stop);
                self.serve(items).await;
                let reply = later.into_iter().find_map(|item| match item {
                    Item::Stop(reply) => Some(reply),
                    _ => None,
                });
                return self.finish(reply).await;
            }
            self.serve(items).await;
        }
    }

    /// When the loop must turn even if nobody asks anything.
    async fn next_due(&mut self) -> Option<At> {
        let case = match self.writer.next_wake(&self.set_aside).await {
            Ok(wake) => wake,
            Err(error) => {
                tracing::error!(%error, "the next wake can't be read; trying again in a second");
                Some(self.clock.now() + Span::seconds(1))
            }
        };
        let checkpoint = (!self.sealing_stopped).then(|| self.signed_at + self.sign_every());
        let bot = self.bot_wake;
        let next = case.into_iter().chain(bot).min();
        self.shown.send_if_modified(|shown| std::mem::replace(&mut shown.next_wake, next) != next);
        next.into_iter().chain(checkpoint).min()
    }

    fn is_in_trouble(&self) -> bool {
        self.shown.borrow().trouble.is_some()
    }

    async fn serve(&mut self, items: Vec<Item>) {
        let mut turn = self.turn();
        let mut items = VecDeque::from(items);
        let mut ready = Ready::default();
        let decided = self.decide(&mut turn, &mut items, &mut ready).await;
        let outcome = match decided {
            Ok(()) => self.commit(turn).await,
            Err(error) => Err(error),
        };
        let done = match outcome {
            Ok(()) => {
                self.shown.send_if_modified(|shown| shown.trouble.take().is_some());
                Ok(())
            }
            Err(error) => {
                let reference = reference();
                tracing::error!(%reference, %error, "nothing of this batch was written");
                self.shown.send_modify(|shown| shown.trouble = Some(reference.clone()));
                Err(Fault { reference })
            }
        };
        for reply in ready.replies {
            reply(done.clone());
        }
        if let Err(fault) = done {
            items.into_iter().for_each(|item| item.fail(&fault));
        }
        self.sign_if_due(!ready.checkpoints.is_empty()).await;
        for reply in ready.checkpoints {
            answer(reply, ());
        }
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
            let _recorded = self.rule_bot(turn, command, &Actor::Engine).await?;
        }
        // Time first: who is late is late before the next word counts, and a moved duty is moved before it is answered.
        self.wake(turn).await?;
        self.know(turn, items).await?;
        while let Some(item) = items.pop_front() {
            match item {
                Item::Hear(heard, reply) => match self.heed(turn, *heard).await {
                    Ok(heeded) => ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| heeded)))),
                    // Nothing of it was put into the turn yet, so the others can go on.
                    Err(error) if error.is_of_one_case() => {
                        let reference = reference();
                        tracing::error!(%reference, %error, "this word could not be decided");
                        answer(reply, Err(Fault { reference }));
                    }
                    Err(error) => {
                        ready.replies.push(Box::new(move |done| answer(reply, done.map(|()| Heeded::Heard))));
                        return Err(error);
                    }
                },
                Item::Bot(command, by, reply) => match self.rule_bot(turn, *command, &by).await {
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
                Item::Checkpoint(reply) => ready.checkpoints.push(reply),
                Item::Stop(reply) => answer(reply, ()),
            }
        }
        Ok(())
    }

    /// Wakes what wanted to be woken by now: the bot and up to a batch of cases.
    async fn wake(&mut self, turn: &mut Turn) -> Result<(), DeskError> {
        if self.bot_wake.is_some_and(|at| at <= turn.at) {
            let _nothing_to_do = self.rule_bot(turn, BotCommand::Wake, &Actor::Engine).await?;
        }
        for (id, case) in self.writer.due(turn.at, BATCH as u32, &self.set_aside).await? {
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

    fn turn(&self) -> Turn {
        let now = self.clock.now();
        let last = self.ledger.last_at;
        let back = last - now;
        Turn {
            at: now.max(last),
            behind: if self.ledger.size() > 0 { back.max(Span::ZERO) } else { Span::ZERO },
            ledger: self.ledger.clone(),
            projection: Projection::default(),
            numbers: self.numbers.clone(),
            case_seqs: HashMap::new(),
            known: HashMap::new(),
            answered: HashMap::new(),
            policy: None,
        }
    }

    /// The moment of truth.
    async fn commit(&mut self, mut turn: Turn) -> Result<(), DeskError> {
        // Most rulings leave the bot as it was; then its row needn't be written.
        if turn.projection.bot.as_ref() == Some(&self.bot) {
            turn.projection.bot = None;
        }
        turn.projection.finish();
        let mut commit = std::mem::take(&mut turn.projection.commit);
        if commit.is_empty() {
            // An empty commit proves nothing, so after a failed one the disk is tried.
            if self.is_in_trouble() {
                commit.tries = true;
                self.writer.commit(&commit).await?;
            }
            self.behind = turn.behind;
            return Ok(());
        }
        self.writer.commit(&commit).await?;
        self.behind = turn.behind;
        self.ledger = turn.ledger;
        self.numbers = turn.numbers;
        for (id, last) in turn.case_seqs {
            self.case_seqs.put(id, last);
        }
        let changed = turn.projection.bot.is_some() || turn.policy.is_some();
        if let Some(bot) = turn.projection.bot {
            self.bot = bot;
        }
        if let Some(policy) = turn.policy {
            self.accounts = Accounts::of(&policy);
            self.policy = policy;
        }
        if changed {
            self.bot_wake = self.bot.wake(&self.policy);
        }
        for (id, case) in turn.projection.cases {
            self.cases.put(id, case);
        }
        for (id, case) in turn.known {
            if !self.cases.contains(&id) {
                self.cases.put(id, case);
            }
        }
        self.announce(&commit);
        let size = self.ledger.size();
        self.shown.send_modify(|shown| {
            shown.size = size;
            if changed {
                shown.policy = self.policy.clone();
                shown.bot = Arc::new(self.bot.clone());
            }
        });
        Ok(())
    }

    /// Tells whoever watches which lanes changed.
    fn announce(&self, commit: &Commit) {
        if self.changes.receiver_count() == 0 {
            return;
        }
        let mut last: HashMap<&str, i64> = HashMap::new();
        let changed = commit.message_changes.iter().map(|change| match change {
            MessageChange::Edited { lane, seq, .. } | MessageChange::Deleted { lane, seq, .. } => (&**lane, *seq),
        });
        let begun = commit.messages.iter().map(|it| (&*it.lane, it.seq));
        let continued = commit.message_parts.iter().map(|it| (&*it.lane, it.seq));
        for (lane, seq) in begun.chain(continued).chain(changed) {
            let known = last.entry(lane).or_default();
            *known = seq.max(*known);
        }
        for (lane, last) in last {
            // Nobody listening any more is as good as somebody.
            let _gone = self.changes.send(Changed { lane: lane.to_owned(), last });
        }
    }

    async fn report(&mut self, turn: &mut Turn, report: Report) -> Result<(), DeskError> {
        let commit = &mut turn.projection.commit;
        match report {
            Report::Sending(ids) => {
                commit.delivered.extend(ids.into_iter().map(|id| (id, OutboxState::Sending, None, None)))
            }
            Report::Postponed { outbox, attempts, not_before } => {
                commit.postponed.push((outbox, attempts, not_before.0))
            }
            Report::CardPostponed { case, lane, attempts, not_before } => {
                commit.cards_postponed.push((case.to_string(), lane.to_string(), attempts, not_before.0));
            }
            Report::CardSending { case, lane } => commit.cards_sending.push((case.to_string(), lane.to_string())),
            Report::CardGone { case, lane } => commit.cards_gone.push((case.to_string(), lane.to_string())),
            Report::ChannelMade { case, made } => {
                let source = made.lane.platform.to_string();
                self.record(turn, Some(case), None, None, &source, &Record::ChannelMade(made)).await?;
            }
            Report::Told(parts) => {
                for (case, told) in parts {
                    let source = told.lane.platform.to_string();
                    self.record(turn, case, None, None, &source, &Record::Told(told)).await?;
                }
            }
            Report::NotTold { case, not_told } => {
                let source = not_told.lane.platform.to_string();
                let operators = self.policy.operators.as_ref().map(Lane::channel);
                let to_operators = operators.as_ref() == Some(&not_told.lane);
                let outbox = not_told.outbox;
                let given_up = match &not_told.why {
                    NotToldBecause::Undeliverable(why) => Some(why.clone()),
                    NotToldBecause::Answered => None,
                };
                if let Some(why) = &given_up {
                    let case = case.map(|case| case.to_string());
                    tracing::warn!(case, %outbox, why, lane = %not_told.lane, "a message could not be delivered");
                }
                self.record(turn, case, None, None, &source, &Record::NotTold(not_told)).await?;
                if let Some(why) = given_up {
                    let command = BotCommand::GiveUp { outbox, why, to_operators };
                    let _told = self.rule_bot(turn, command, &Actor::Engine).await?;
                }
            }
        }
        Ok(())
    }

    /// Appends a record to the ledger and folds it.
    async fn record(
        &mut self,
        turn: &mut Turn,
        case: Option<CaseId>,
        actor: Option<&str>,
        said: Option<At>,
        source: &str,
        record: &Record,
    ) -> Result<i64, DeskError> {
        match record {
            Record::Ruled(ruled) => {
                let case = case.map(|case| case.to_string()).unwrap_or_default();
                for event in &ruled.events {
                    match event {
                        Event::Duty(DutyEvent { number, change: Change::Late(_) }) => {
                            tracing::info!(case, obligation = number, "a deadline passed unanswered");
                        }
                        event => tracing::debug!(case, kind = event.kind(), "ruled"),
                    }
                }
            }
            Record::Bot(ruled) => ruled.events.iter().for_each(|event| tracing::info!(kind = event.kind(), "recorded")),
            Record::Heard(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Erased(_) => {}
        }
        let numbered = match case {
            Some(id) => Some((id, self.next_case_seq(turn, id).await?)),
            None => None,
        };
        let about = About { at: turn.at, said, case: numbered, actor, source };
        let seq = turn.ledger.append(&mut turn.projection.commit, &about, record)?;
        turn.case_seqs.extend(numbered);
        turn.projection.fold(Entry { seq, at: turn.at, said, case }, record, &self.bot);
        Ok(seq)
    }

    /// The number that the case's next entry has within it.
    async fn next_case_seq(&mut self, turn: &Turn, id: CaseId) -> Result<u64, DeskError> {
        let known = turn.case_seqs.get(&id).copied().or_else(|| self.case_seqs.get(&id).copied());
        let last = match known {
            Some(last) => last,
            None => self.writer.last_case_seq(id).await?,
        };
        Ok(last + 1)
    }

    /// A tenth as often where all is sealed, and surely.
    fn sign_every(&self) -> Span {
        let grew = self.ledger.size() > self.signed.as_ref().map_or(0, |(_, size)| *size);
        match grew || self.head_unsure || self.shown.borrow().unsigned.is_some() {
            true => self.checkpoint_every,
            false => Span(self.checkpoint_every.0 * 10),
        }
    }

    /// Signs a head if the ledger grew and it is time, or if it is wanted now.
    async fn sign_if_due(&mut self, wanted: bool) {
        let now = self.clock.now();
        // The clock may have gone back behind it; heads are signed on all the same.
        self.signed_at = self.signed_at.min(now);
        let is_due = wanted || now >= self.signed_at + self.sign_every();
        if self.ledger.size() == 0 || self.sealing_stopped || !is_due {
            return;
        }
        self.signed_at = now;
        let unsigned = match self.sign(now).await {
            Ok(()) => None,
            Err(error) => {
                if let DeskError::Folder(FolderError::CheckpointMoved(_)) = error {
                    self.sealing_stopped = true;
                }
                let reference = reference();
                tracing::error!(%reference, %error, "no head was signed");
                Some(reference)
            }
        };
        self.shown.send_if_modified(|shown| std::mem::replace(&mut shown.unsigned, unsigned.clone()) != unsigned);
    }

    /// First the entries are on the disk, then the head is signed, then the file is swapped, then the database has it too.
    /// Dying anywhere in between leaves a file that is a head of this very ledger.
    async fn sign(&mut self, now: At) -> Result<(), DeskError> {
        let size = self.ledger.size();
        let checkpoint = Checkpoint::of(&self.signer, size, self.ledger.frontier.root());
        let text = checkpoint.sign(&self.signer)?;
        let known = self.signed.as_ref().map(|(text, _)| text.as_str());
        if known != Some(text.as_str()) || self.head_unsure {
            let swapped = self.folder.swap_checkpoint(known, &text);
            // Where only the last step failed, the new head stands there already: it is the one to go on from, and to be
            // written again, since it may not outlive a power cut.
            self.head_unsure = swapped.is_err() && self.folder.holds_checkpoint(&text);
            if swapped.is_ok() || self.head_unsure {
                self.signed = Some((text.clone(), size));
            }
            swapped?;
        }
        let commit = Commit {
            checkpoints: vec![crate::store::NoteRow { size: size as i64, at_us: now.0, note: text }],
            ..Commit::default()
        };
        Ok(self.writer.commit(&commit).await?)
    }

    async fn finish(mut self, reply: Option<oneshot::Sender<()>>) -> Result<(), DeskError> {
        let mut turn = self.turn();
        let _recorded = self.rule_bot(&mut turn, BotCommand::Stop, &Actor::Operator).await?;
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

    /// The policy of a digest, from memory or the database.
    async fn stamped(&mut self, digest: &PolicyHash) -> Result<Arc<Policy>, DeskError> {
        if let Some(policy) = self.policies.get(digest) {
            return Ok(policy.clone());
        }
        let text = self.writer.policy(digest.as_str()).await?;
        let text = text.ok_or_else(|| DeskError::PolicyMissing(digest.to_string()))?;
        let policy = Policy::read(&text).map_err(|errors| DeskError::PolicyUnreadable(errors.show("policy")))?;
        let policy = Arc::new(policy);
        self.policies.add(policy.clone());
        Ok(policy)
    }

    /// To somebody who asked in this way.
    fn speaker(&self, how: How) -> Speaker<'_> {
        Speaker::new(&self.wording, &self.policy).to(how)
    }

    fn card(&self, reply: &Reply, how: How) -> Card {
        crate::card::tell(&self.speaker(how), reply.about.as_ref(), &reply.telling)
    }
}

/// Answers whoever asked, once it is known whether the commit stands.
type Sender = Box<dyn FnOnce(Result<(), Fault>) + Send>;

/// What goes out after the commit.
#[derive(Default)]
struct Ready {
    replies: Vec<Sender>,
    checkpoints: Vec<oneshot::Sender<()>>,
}

impl Item {
    fn fail(self, fault: &Fault) {
        match self {
            Item::Hear(_, reply) => answer(reply, Err(fault.clone())),
            Item::Bot(_, _, reply) => answer(reply, Err(fault.clone())),
            Item::Report(_, reply) => answer(reply, Err(fault.clone())),
            Item::Checkpoint(reply) | Item::Stop(reply) => answer(reply, ()),
        }
    }
}

/// One commit in the making.
struct Turn {
    at: At,
    /// How far the clock is behind the ledger's last moment.
    behind: Span,
    ledger: Ledger,
    projection: Projection,
    numbers: HashMap<CaseKind, u32>,
    /// The number within its case that the last entry of each case has in this turn.
    case_seqs: HashMap<CaseId, u64>,
    /// Cases that were read for this turn.
    known: HashMap<CaseId, Case>,
    /// By the keys of their causes: what was answered before, or in this turn.
    answered: HashMap<String, Option<Answer>>,
    /// A policy that takes force with this commit.
    policy: Option<Arc<Policy>>,
}

/// Compares the database with the head that was signed over it.
async fn check_against(writer: &mut Writer, have: u64, signed: &Checkpoint, data: &str) -> Result<(), DeskError> {
    if signed.size > have {
        return Err(DeskError::Older { signed: signed.size, have, data: data.to_owned() });
    }
    if writer.frontier(signed.size).await?.root() != signed.root {
        return Err(DeskError::Disagrees { signed: signed.size, data: data.to_owned() });
    }
    Ok(())
}

/// Whoever asked may have gone away meanwhile; what was decided stands all the same.
fn answer<T>(to: oneshot::Sender<T>, what: T) {
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

/// How long whoever could not reach the disk or the desk waits before trying again.
pub const RETRY_PAUSE: Duration = Duration::from_millis(500);
