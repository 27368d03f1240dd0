//! One turn of the loop: what was decided since the last commit, the records of it, and the commit that makes it true.

use std::collections::HashMap;
use std::sync::Arc;

use super::accounts::Accounts;
use super::handle::{Changed, Report};
use super::{Desk, DeskError};
use crate::domain::kinds::DutyEvent;
use crate::domain::obligation::Change;
use crate::domain::{Actor, At, BotCommand, Case, CaseId, CaseKind, Event, Lane, Policy, Span};
use crate::ledger::heard::{Answer, What};
use crate::ledger::projection::{Entry, Projection};
use crate::ledger::record::{NotToldBecause, Record};
use crate::ledger::{About, Ledger};
use crate::store::{Commit, Delivered, MessageChange};

/// One commit in the making.
pub(super) struct Turn {
    pub at: At,
    /// How far the clock is behind the ledger's last moment.
    pub behind: Span,
    pub ledger: Ledger,
    pub projection: Projection,
    pub numbers: HashMap<CaseKind, u32>,
    /// The number within its case that the last entry of each case has in this turn.
    pub case_seqs: HashMap<CaseId, u64>,
    /// Cases that were read for this turn.
    pub prefetched: HashMap<CaseId, Case>,
    /// By the keys of their causes: what was heard before, or in this turn.
    pub answered: HashMap<String, Answered>,
    /// A policy that takes force with this commit.
    pub policy: Option<Arc<Policy>>,
}

/// What was made of a word when it was first heard.
#[derive(Clone)]
pub(super) struct Answered {
    /// The entry that keeps the word.
    pub entry: i64,
    pub answer: Option<Answer>,
    /// What it was, where whoever asks chooses the key: the same key with other words is a mistake of theirs.
    pub what: Option<What>,
}

impl Desk {
    pub(super) fn turn(&self) -> Turn {
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
            prefetched: HashMap::new(),
            answered: HashMap::new(),
            policy: None,
        }
    }

    /// The moment of truth.
    pub(super) async fn commit(&mut self, mut turn: Turn) -> Result<(), DeskError> {
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
                self.writer.commit(commit).await?;
            }
            self.is_behind(turn.behind);
            return Ok(());
        }
        let changes = self.changes(&commit, &turn.projection.cases);
        self.writer.commit(commit).await?;
        self.is_behind(turn.behind);
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
            self.accounts = Arc::new(Accounts::of(&policy));
            self.policy = policy;
        }
        if changed {
            self.bot_wake = self.bot.wake(&self.policy);
        }
        for (id, case) in turn.projection.cases {
            self.cases.put(id, case);
        }
        for (id, case) in turn.prefetched {
            if !self.cases.contains(&id) {
                self.cases.put(id, case);
            }
        }
        let size = self.ledger.size();
        self.shown.send_modify(|shown| {
            shown.size = size;
            if changed {
                shown.policy = self.policy.clone();
                shown.accounts = self.accounts.clone();
                shown.bot = Arc::new(self.bot.clone());
            }
        });
        // Whoever hears of a change judges by what is shown.
        for changed in changes {
            // It fails when nobody watches, and then nobody has to be told.
            let _nobody_watches = self.changes.send(changed);
        }
        Ok(())
    }

    fn is_behind(&mut self, behind: Span) {
        self.behind = behind;
        self.shown.send_if_modified(|shown| std::mem::replace(&mut shown.clock_behind, behind) != behind);
    }

    /// The cases that a commit changes and the lanes in which it changes messages, for those who watch.
    fn changes(&self, commit: &Commit, cases: &HashMap<CaseId, Case>) -> Vec<Changed> {
        let mut last: HashMap<Lane, i64> = HashMap::new();
        let changed = commit.message_changes.iter().map(|change| match change {
            MessageChange::Edited { lane, seq, .. } | MessageChange::Deleted { lane, seq, .. } => (lane, *seq),
        });
        let begun = commit.messages.iter().map(|it| (&it.lane, it.seq));
        let continued = commit.message_parts.iter().map(|it| (&it.lane, it.seq));
        for (lane, seq) in begun.chain(continued).chain(changed) {
            let known = last.entry(lane.clone()).or_default();
            *known = seq.max(*known);
        }
        let messages = last.into_iter().map(|(lane, last)| Changed::Messages { lane, last });
        messages.chain(cases.keys().map(|id| Changed::Case(*id))).collect()
    }

    pub(super) async fn report(&mut self, turn: &mut Turn, report: Report) -> Result<(), DeskError> {
        let commit = &mut turn.projection.commit;
        match report {
            Report::Sending(ids) => {
                commit.delivered.extend(ids.into_iter().map(Delivered::sending));
            }
            Report::EditPostponed(postponed) => commit.edits_postponed.push(postponed),
            Report::LeftAsItIs(rows) => commit.left_as_they_are.extend(rows),
            Report::Postponed(postponed) => commit.postponed.push(postponed),
            Report::CardPostponed(postponed) => commit.cards_postponed.push(postponed),
            Report::CardSending { case, lane } => commit.cards_sending.push((case, lane)),
            Report::Cosigned(row) => commit.cosignatures.push(row),
            Report::CardGone { case, lane } => commit.cards_gone.push((case, lane)),
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
                    NotToldBecause::Answered | NotToldBecause::NotTheirs => None,
                };
                if let Some(why) = &given_up {
                    let case = case.map(|case| case.to_string());
                    tracing::warn!(case, %outbox, why, lane = %not_told.lane, "a message could not be delivered");
                }
                self.record(turn, case, None, None, &source, &Record::NotTold(not_told)).await?;
                if let Some(why) = given_up {
                    let command = BotCommand::GiveUp { outbox, why, to_operators };
                    let _told = self.rule_bot(turn, command, &Actor::Engine, None).await?;
                }
            }
        }
        Ok(())
    }

    /// Appends a record to the ledger and folds it.
    pub(super) async fn record(
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
            | Record::Withheld(_)
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
            // It begins in this turn.
            None if id.number > self.numbers.get(&id.kind).copied().unwrap_or(0) => 0,
            None => self.writer.last_case_seqs(vec![id]).await?.first().map_or(0, |(_, last)| *last),
        };
        Ok(last + 1)
    }

    /// Looks up in one go which numbers the last entries of these cases have.
    pub(super) async fn look_up_case_seqs(&mut self, turn: &mut Turn, ids: &[CaseId]) -> Result<(), DeskError> {
        let is_known = |id: &CaseId| turn.case_seqs.contains_key(id) || self.case_seqs.contains(id);
        let unknown: Vec<CaseId> = ids.iter().copied().filter(|id| !is_known(id)).collect();
        if !unknown.is_empty() {
            turn.case_seqs.extend(self.writer.last_case_seqs(unknown).await?);
        }
        Ok(())
    }
}
