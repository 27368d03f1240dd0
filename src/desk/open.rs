//! Taking up a data folder: what must fit together before anything is decided, and the first commit.

use std::collections::HashMap;
use std::sync::Arc;

use lru::LruCache;
use tokio::sync::{broadcast, mpsc, watch};

use super::accounts::Accounts;
use super::handle::{DeskHandle, Shown};
use super::head::SignedHead;
use super::policies::Policies;
use super::{BATCH, CACHED_CASES, Desk, DeskError};
use crate::card::Wording;
use crate::clock::{Clock, Mode};
use crate::domain::bot::condition::Start;
use crate::domain::text::moment_utc;
use crate::domain::{Actor, BotCommand, CaseKind, Label, Platform, Policy, Span};
use crate::ledger::folder::Folder;
use crate::ledger::record::Causes;
use crate::ledger::{Ledger, Subjects, strange_schema};
use crate::store::Writer;

/// How far the ledger's last moment may be ahead of the clock at a start, without anybody having said that it may.
const AHEAD_AT_MOST: Span = Span::minutes(5);

/// How the desk is set up.
pub struct Setup {
    pub clock: Clock,
    pub policy: Arc<Policy>,
    pub policy_text: String,
    pub wording: Arc<Wording>,
    /// Platforms that messages can go to.
    pub platforms: Vec<Platform>,
    /// How often a head is signed while the ledger grows (by the system's clock), and a tenth as often when it is idle.
    pub checkpoint_every: Span,
    /// Go on after a ledger whose last moment is still to come: the clock was wrong then.
    pub accept_clock: bool,
}

impl Desk {
    /// Takes up the data folder: checks the ledger's end against the head that was signed, loads what it needs, records the
    /// start and the policy.
    ///
    /// # Errors
    /// [`DeskError`]; then nothing was written.
    pub async fn open(folder: Folder, mut writer: Writer, setup: Setup) -> Result<(Desk, DeskHandle), DeskError> {
        let stands = writer.head().await?;
        // The last entry has the newest schema that there is.
        if let Some(schema) = stands.last_leaf.as_deref().and_then(strange_schema) {
            return Err(DeskError::Schema(schema));
        }
        let now = setup.clock.now();
        let (size, every) = (stands.frontier.size(), setup.checkpoint_every);
        let causes = Causes::new(folder.cause_secret());
        let bot = writer.bot().await?.unwrap_or_default();
        if bot.condition.causes.as_ref().is_some_and(|mark| *mark != causes.mark()) {
            return Err(DeskError::OtherCauses { data: folder.path().display().to_string() });
        }
        let was_signed = bot.condition.signed.is_some();
        let named = bot.keys.named.as_ref();
        let head = SignedHead::open(folder, &mut writer, size, every, was_signed, named).await?;
        let ahead = stands.last_at - now;
        if ahead > AHEAD_AT_MOST && !setup.accept_clock && setup.clock.mode() == Mode::Real {
            return Err(DeskError::Future { last: moment_utc(stands.last_at), ahead });
        }
        let was_down = (stands.last.is_some()).then(|| now - stands.last_at);
        let mut numbers = HashMap::new();
        for kind in CaseKind::ALL {
            numbers.insert(kind, writer.highest_number(kind).await?);
        }
        let mut policies = Policies::default();
        policies.add(setup.policy.clone());
        let with_group_members = Arc::new(bot.with_group_members(&setup.policy));
        let subjects = Subjects::of(writer.subjects().await?);
        let ledger = Ledger::new(stands.frontier, stands.last, stands.last_at, subjects, setup.clock.seal());
        let (send, inbox) = mpsc::channel(4 * BATCH);
        let accounts = Arc::new(Accounts::of(&setup.policy));
        let shown = Shown {
            size: ledger.size(),
            policy: with_group_members.clone(),
            accounts: accounts.clone(),
            bot: Arc::new(bot.clone()),
            next_wake: None,
            trouble: None,
            signed: head.covers(),
            unsigned: None,
            clock_behind: ahead.max(Span::ZERO),
        };
        let (shown, watch) = watch::channel(shown);
        let changes = broadcast::Sender::new(1024);
        let handle = DeskHandle {
            inbox: send,
            shown: watch,
            changes: changes.clone(),
            wording: setup.wording.clone(),
            clock: setup.clock.clone(),
            causes: causes.clone(),
        };
        let mut desk = Desk {
            writer,
            head,
            ledger,
            set_aside: Vec::new(),
            bot_wake: bot.wake(&setup.policy),
            bot,
            policy: with_group_members,
            policies,
            cases: LruCache::new(CACHED_CASES),
            case_seqs: LruCache::new(CACHED_CASES),
            threads: LruCache::new(CACHED_CASES),
            accounts,
            causes,
            numbers,
            clock: setup.clock,
            wording: setup.wording,
            platforms: setup.platforms,
            inbox,
            shown,
            changes,
            behind: Span::ZERO,
        };
        let accepted = Some(ahead).filter(|ahead| *ahead > AHEAD_AT_MOST && desk.clock.mode() == Mode::Real);
        desk.begin(setup.policy, setup.policy_text, was_down, accepted).await?;
        Ok((desk, handle))
    }

    /// The first commit of a process: that it started, and the policy if it is another one.
    async fn begin(
        &mut self,
        policy: Arc<Policy>,
        text: String,
        was_down: Option<Span>,
        clock_behind: Option<Span>,
    ) -> Result<(), DeskError> {
        let clock = match self.clock.mode() {
            Mode::Real => Label::from("real"),
            Mode::Manual => Label::from(format!("manual, speed {}", self.clock.speed())),
        };
        let version = Label::from(env!("CARGO_PKG_VERSION"));
        let (signed, causes) = (self.head.covers(), self.causes.mark());
        let mut commands = vec![BotCommand::Start(Start { version, clock, was_down, signed, causes })];
        if self.bot.policy.as_ref() != Some(&policy.hash) {
            // The rights and members that count until now are those of the policy that was in force.
            if let Some(before) = self.bot.policy.clone() {
                match self.stamped(&before).await {
                    Ok(Some(before)) => self.policy = Arc::new(self.bot.with_group_members(&before)),
                    Ok(None) => {
                        tracing::warn!(policy = %before, "the text of the policy that was in force was erased; the new one takes over");
                    }
                    Err(DeskError::PolicyUnreadable(errors)) => {
                        tracing::warn!(%errors, "the policy that was in force can't be read any more; the new one takes over");
                    }
                    Err(error) => return Err(error),
                }
            }
            commands.push(BotCommand::LoadPolicy { policy: Box::new((*policy).clone()), text });
        }
        commands.extend(clock_behind.map(|by| BotCommand::ClockWentBack { by }));
        let mut turn = self.turn();
        for command in commands {
            // The operator may start and load a policy; a refusal here says that there was nothing to do.
            let _nothing_to_do = self.rule_bot(&mut turn, command, &Actor::Operator, None).await?;
        }
        self.commit(turn).await?;
        Ok(())
    }
}
