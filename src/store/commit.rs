//! What one transaction writes: rows gathered while the desk decides, written together.

use std::borrow::Cow;

use rusqlite::{Connection, params};

use super::StoreError;
use crate::domain::obligation::State;
use crate::domain::{At, CaseId, Duty, Lane, OutboxId, WorkflowId};
use crate::seal::Hash;

/// Everything that one commit makes true.
#[derive(Default)]
pub struct Commit {
    pub entries: Vec<EntryRow>,
    pub nodes: Vec<crate::seal::Node>,
    pub cases: Vec<CaseRow>,
    /// The bot's snapshot, where it changed.
    pub bot: Option<String>,
    /// Only to see whether the disk takes writes again. Writing what stands there already would write nothing.
    pub tries: bool,
    /// `(hash, text)`.
    pub policies: Vec<(String, Option<String>)>,
    /// Whom pseudonyms stand for: `(pseudonym, subject)`.
    pub subjects: Vec<(String, String)>,
    /// `(key of a cause, entry)`. A key that is there already fails the commit.
    pub causes: Vec<(String, i64)>,
    pub outbox: Vec<OutboxRow>,
    pub delivered: Vec<Delivered>,
    /// An answer stands otherwise since an entry, and so do the messages that ask for it: `(case, obligation, entry)`.
    pub asked_anew: Vec<(CaseId, u32, i64)>,
    /// Messages that stay as they are: `(row, the entry up to which they would have been changed)`.
    pub left_as_they_are: Vec<(OutboxId, i64)>,
    /// Messages to be tried again.
    pub postponed: Vec<Postponed<OutboxId>>,
    /// Messages that stand and whose edit is to be tried again: `(lane, message)`.
    pub edits_postponed: Vec<Postponed<(Lane, String)>>,
    pub cards: Vec<CardRow>,
    /// Cards about to be handed to a platform: `(case, lane)`.
    pub cards_sending: Vec<(CaseId, Lane)>,
    /// `(case, lane, shown entry, message)`.
    pub cards_shown: Vec<(CaseId, Lane, i64, String)>,
    /// Cards to be tried again.
    pub cards_postponed: Vec<Postponed<(CaseId, Lane)>>,
    /// What was heard of a message before it came, an edit or its deletion, stays true.
    pub messages: Vec<MessageRow>,
    pub message_parts: Vec<MessagePartRow>,
    pub message_changes: Vec<MessageChange>,
    pub duties: Vec<DutyRow>,
    pub checkpoints: Vec<NoteRow>,
    pub cosignatures: Vec<CosignatureRow>,
    /// Cases whose words are gone with an entry.
    pub purged: Vec<(CaseId, i64)>,
    pub wake_holders: Vec<WakeHolders>,
    /// Cards that somebody deleted on their platform: `(case, lane)`.
    pub cards_gone: Vec<(CaseId, Lane)>,
    /// Cases' own channels: `(lane, the entry since which it is, the platform's id)`.
    pub case_channels: Vec<(Lane, i64, String)>,
}

/// It isn't delivered, and is to be tried again.
#[derive(Clone, Debug)]
pub struct Postponed<Of> {
    pub of: Of,
    /// How often it was tried.
    pub attempts: u32,
    pub not_before: At,
    /// An earlier try may have reached the platform: what became of it isn't known.
    pub perhaps_sent: bool,
}

/// Who holds what may have changed: every open case in which one of the roles or people owes something is to be woken at
/// `now_us`. The next commit of such a case writes its derived wake again.
pub struct WakeHolders {
    pub roles: Vec<String>,
    pub people: Vec<String>,
    pub now_us: i64,
}

/// What was sealed, as it was, and the columns to look it up by.
pub struct EntryRow {
    pub seq: i64,
    pub leaf: String,
    pub hash: Hash,
    pub case: Option<String>,
    pub case_seq: Option<u64>,
    pub kind: Cow<'static, str>,
    pub at_us: i64,
    pub facts: String,
    pub facts_salt: Vec<u8>,
    /// With their salt.
    pub words: Option<(String, Vec<u8>)>,
}

pub struct CaseRow {
    pub case: String,
    pub kind: &'static str,
    pub number: u32,
    pub workflow: String,
    pub state: &'static str,
    pub restricted: bool,
    pub opened_us: i64,
    pub closed_us: Option<i64>,
    pub keep_until_us: Option<i64>,
    pub wake_us: Option<i64>,
    pub snapshot: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxState {
    Waiting,
    /// Handed to a platform whose receipt is still out. Found at a start: the process died in between.
    Sending,
    Sent,
    /// What it asked for was answered before it was sent.
    Dropped,
    GivenUp,
}

impl OutboxState {
    pub const fn word(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Sending => "sending",
            OutboxState::Sent => "sent",
            OutboxState::Dropped => "dropped",
            OutboxState::GivenUp => "given-up",
        }
    }
}

pub struct OutboxRow {
    pub id: OutboxId,
    pub case: Option<CaseId>,
    pub lane: Lane,
    pub made_us: i64,
    pub not_before_us: i64,
    /// The case's obligations that it asks an answer for.
    pub asks: Vec<u32>,
}

/// How far a row of the outbox has got.
pub struct Delivered {
    pub id: OutboxId,
    pub state: OutboxState,
    /// Where it stands.
    pub at: Option<ToldAt>,
    /// Why it isn't told.
    pub why: Option<String>,
}

/// Where a row of the outbox stands on a platform.
pub struct ToldAt {
    pub lane: Lane,
    pub message: String,
    /// Which part of the message it is in, from 0.
    pub part: u32,
    /// The ledger entry up to which the message says how the answers stand that it asks for.
    pub shown: Option<i64>,
}

impl Delivered {
    /// About to be handed to a platform.
    pub fn sending(id: OutboxId) -> Delivered {
        Delivered { id, state: OutboxState::Sending, at: None, why: None }
    }
}

pub struct CardRow {
    pub case: CaseId,
    pub lane: Lane,
    pub wanted: i64,
}

pub struct MessageRow {
    pub lane: Lane,
    pub id: String,
    pub thread: Option<String>,
    pub author: String,
    pub person: Option<String>,
    pub body: String,
    pub said_us: i64,
    pub case: Option<CaseId>,
    pub seq: i64,
}

/// What a message says of its second case, or of one after that.
pub struct MessagePartRow {
    pub lane: Lane,
    pub id: String,
    /// From 1.
    pub part: u32,
    pub author: String,
    pub body: String,
    pub said_us: i64,
    pub seq: i64,
}

/// A later word on a message that stands already.
pub enum MessageChange {
    Edited { lane: Lane, id: String, body: String, at_us: i64, seq: i64 },
    Deleted { lane: Lane, id: String, at_us: i64, seq: i64 },
}

/// How a role is written as a holder.
pub fn role_holder(role: &str) -> String {
    format!("role:{role}")
}

/// How a person is written as a holder.
pub fn person_holder(person: &str) -> String {
    format!("person:{person}")
}

/// One obligation's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyFigures {
    pub case: CaseId,
    pub number: u32,
    pub workflow: WorkflowId,
    pub duty: Duty,
    pub role: Option<String>,
    pub person: Option<String>,
    pub party: Option<String>,
    pub opened_us: i64,
    pub due_us: i64,
    pub target_us: i64,
    /// How long the answer took on the target's own clock, pauses left out.
    pub took_us: Option<i64>,
    /// The deadline, once it was missed.
    pub late_us: Option<i64>,
    pub closed_us: Option<i64>,
    pub state: State,
    pub paused_us: i64,
    pub nudges: u32,
    pub escalations: u32,
    pub last_told_us: Option<i64>,
    pub attributed: Option<String>,
    /// The bot's own worst lateness on this duty.
    pub behind_us: i64,
    /// An exception stopped its clock at some time.
    pub excepted: bool,
}

/// An obligation, and everybody who may answer it, as [`role_holder`] and [`person_holder`] write them.
pub struct DutyRow {
    pub figures: DutyFigures,
    pub holders: Vec<String>,
}

/// A signed head.
pub struct NoteRow {
    pub size: i64,
    pub at_us: i64,
    pub note: String,
}

/// What a witness said of a signed head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRow {
    /// The log that the head is of.
    pub origin: String,
    pub size: i64,
    /// Of the witness's key.
    pub name: String,
    /// Its signature line, without a newline.
    pub line: String,
    pub at_us: i64,
}

impl Commit {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.delivered.is_empty()
            && self.left_as_they_are.is_empty()
            && self.postponed.is_empty()
            && self.edits_postponed.is_empty()
            && self.cards_sending.is_empty()
            && self.cards_shown.is_empty()
            && self.cards_postponed.is_empty()
            && self.cards_gone.is_empty()
            && self.checkpoints.is_empty()
            && self.cosignatures.is_empty()
            && self.cases.is_empty()
            && self.wake_holders.is_empty()
    }

    pub(super) fn write(&self, db: &Connection) -> Result<(), StoreError> {
        self.write_ledger(db)?;
        self.write_cases(db)?;
        self.write_deliveries(db)?;
        self.write_transcript(db)?;
        for WakeHolders { roles, people, now_us } in &self.wake_holders {
            let sql = "update case_file set wake_us = ?1 where case_id in (select case_id from owed where holder = ?2)";
            let mut wake = db.prepare_cached(sql)?;
            let roles = roles.iter().map(|role| role_holder(role));
            for holder in roles.chain(people.iter().map(|person| person_holder(person))) {
                wake.execute((now_us, holder))?;
            }
        }
        Ok(())
    }

    /// Entries, the tree over them, and what is looked up by them.
    fn write_ledger(&self, db: &Connection) -> Result<(), StoreError> {
        let mut insert = db.prepare_cached(
            "insert into ledger (seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for row in &self.entries {
            let (words, salt) = row.words.as_ref().map(|(words, salt)| (words, &salt[..])).unzip();
            insert.execute(params![
                row.seq,
                row.leaf,
                &row.hash.0[..],
                row.case,
                row.case_seq.map(|number| number as i64),
                row.kind,
                row.at_us,
                row.facts,
                &row.facts_salt[..],
                words,
                salt,
            ])?;
        }
        let mut insert = db.prepare_cached("insert into subject (pseudonym, subject) values (?1, ?2)")?;
        for (pseudonym, subject) in &self.subjects {
            insert.execute((pseudonym, subject))?;
        }
        let mut insert = db.prepare_cached("insert into tree_node (height, idx, hash) values (?1, ?2, ?3)")?;
        for node in &self.nodes {
            insert.execute((node.height, node.index as i64, &node.hash.0[..]))?;
        }
        let mut insert = db.prepare_cached("insert into cause (key, seq) values (?1, ?2)")?;
        for (key, seq) in &self.causes {
            insert.execute((key, seq))?;
        }
        // A policy that took force twice has its text as long as one of the two entries has.
        let sql = "insert into policy (hash, body) values (?1, ?2) \
                   on conflict (hash) do update set body = coalesce(body, excluded.body)";
        let mut insert = db.prepare_cached(sql)?;
        for (hash, text) in &self.policies {
            insert.execute((hash, text))?;
        }
        let sql = "insert into checkpoint (size, at_us, note) values (?1, ?2, ?3) on conflict (size, at_us) do nothing";
        let mut insert = db.prepare_cached(sql)?;
        for NoteRow { size, at_us, note } in &self.checkpoints {
            insert.execute((size, at_us, note))?;
        }
        let sql = "insert into cosignature (origin, size, name, line, first_us, at_us) values (?1, ?2, ?3, ?4, ?5, ?5) \
                   on conflict (origin, size, name) do update set line = excluded.line, at_us = excluded.at_us";
        let mut upsert = db.prepare_cached(sql)?;
        for CosignatureRow { origin, size, name, line, at_us } in &self.cosignatures {
            upsert.execute((origin, size, name, line, at_us))?;
        }
        Ok(())
    }

    /// Cases with their duties, and the bot.
    fn write_cases(&self, db: &Connection) -> Result<(), StoreError> {
        let mut upsert = db.prepare_cached(
            "insert into case_file (case_id, kind, number, workflow, state, restricted, opened_us, closed_us, keep_until_us, wake_us, \
             snapshot) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
             on conflict (case_id) do update set workflow = excluded.workflow, state = excluded.state, \
             restricted = excluded.restricted, closed_us = excluded.closed_us, keep_until_us = excluded.keep_until_us, \
             wake_us = excluded.wake_us, snapshot = excluded.snapshot",
        )?;
        for row in &self.cases {
            upsert.execute(params![
                row.case,
                row.kind,
                row.number,
                row.workflow,
                row.state,
                row.restricted,
                row.opened_us,
                row.closed_us,
                row.keep_until_us,
                row.wake_us,
                row.snapshot,
            ])?;
        }
        let mut upsert = db.prepare_cached(
            "insert into purged (case_id, seq) values (?1, ?2) on conflict (case_id) do update set seq = excluded.seq",
        )?;
        for (case, seq) in &self.purged {
            upsert.execute((case.to_string(), seq))?;
        }
        let mut upsert = db.prepare_cached(
            "insert into duty (case_id, number, workflow, duty, role, person, party, opened_us, due_us, target_us, \
             took_us, late_us, closed_us, state, paused_us, nudges, escalations, last_told_us, attributed, behind_us, \
             excepted) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) \
             on conflict (case_id, number) do update set role = excluded.role, person = excluded.person, \
             due_us = excluded.due_us, took_us = excluded.took_us, late_us = excluded.late_us, \
             closed_us = excluded.closed_us, state = excluded.state, paused_us = excluded.paused_us, \
             nudges = excluded.nudges, escalations = excluded.escalations, last_told_us = excluded.last_told_us, \
             attributed = excluded.attributed, behind_us = max(duty.behind_us, excluded.behind_us), \
             excepted = excluded.excepted",
        )?;
        let sql = "insert into owed (holder, case_id, number) values (?1, ?2, ?3) on conflict do nothing";
        let mut owe = db.prepare_cached(sql)?;
        let mut settle = db.prepare_cached("delete from owed where case_id = ?1 and number = ?2")?;
        for DutyRow { figures: row, holders } in &self.duties {
            let case = row.case.to_string();
            upsert.execute(params![
                case,
                row.number,
                row.workflow.as_str(),
                row.duty.word(),
                row.role,
                row.person,
                row.party,
                row.opened_us,
                row.due_us,
                row.target_us,
                row.took_us,
                row.late_us,
                row.closed_us,
                row.state.word(),
                row.paused_us,
                row.nudges,
                row.escalations,
                row.last_told_us,
                row.attributed,
                row.behind_us,
                row.excepted,
            ])?;
            if row.closed_us.is_some() {
                settle.execute((&case, row.number))?;
            } else {
                for holder in holders {
                    owe.execute((holder, &case, row.number))?;
                }
            }
        }
        if let Some(snapshot) = &self.bot {
            let sql = "insert into bot (id, snapshot) values (1, ?1) on conflict (id) do update set snapshot = excluded.snapshot";
            db.prepare_cached(sql)?.execute([snapshot])?;
        }
        if self.tries {
            db.prepare_cached("update bot set tried = tried + 1 where id = 1")?.execute(())?;
        }
        Ok(())
    }

    /// What is to be told, and how far it has got.
    fn write_deliveries(&self, db: &Connection) -> Result<(), StoreError> {
        let mut insert = db.prepare_cached(
            "insert into outbox (entry, place, case_id, lane, state, made_us, free_us, not_before_us, turn_us, attempts, wanted) \
             values (?1, ?2, ?3, ?4, 'waiting', ?5, ?6, ?7, ?6, 0, ?8)",
        )?;
        let mut ask =
            db.prepare_cached("insert into asking (case_id, number, entry, place) values (?1, ?2, ?3, ?4)")?;
        for row in &self.outbox {
            let OutboxId { entry, place } = row.id;
            let free_us = row.made_us.max(row.not_before_us);
            let case = row.case.map(|case| case.to_string());
            let lane = row.lane.to_string();
            let wanted = (!row.asks.is_empty()).then_some(entry);
            insert.execute((entry, place, &case, lane, row.made_us, free_us, row.not_before_us, wanted))?;
            for number in &row.asks {
                ask.execute((&case, number, entry, place))?;
            }
        }
        let mut want = db.prepare_cached(
            "update outbox set wanted = max(wanted, ?1) \
             where (entry, place) in (select entry, place from asking where case_id = ?2 and number = ?3)",
        )?;
        for (case, number, entry) in &self.asked_anew {
            want.execute((entry, case.to_string(), number))?;
        }
        let mut update = db.prepare_cached(
            "update outbox set state = ?1, message = ?2, why = ?3, attempts = case when ?4 then attempts + 1 else 0 end, \
             lane = coalesce(?5, lane), part = ?6, shown = ?7, not_before_us = case when ?4 then not_before_us else 0 end \
             where entry = ?8 and place = ?9",
        )?;
        for Delivered { id, state, at, why } in &self.delivered {
            let is_a_try = *state == OutboxState::Sending;
            let (message, lane) = (at.as_ref().map(|at| &at.message), at.as_ref().map(|at| at.lane.to_string()));
            let (part, shown) = (at.as_ref().map_or(0, |at| at.part), at.as_ref().and_then(|at| at.shown));
            update.execute((state.word(), message, why, is_a_try, lane, part, shown, id.entry, id.place))?;
        }
        let mut update = db.prepare_cached(
            "update outbox set shown = max(shown, ?1), attempts = 0, not_before_us = 0 where entry = ?2 and place = ?3",
        )?;
        for (id, shown) in &self.left_as_they_are {
            update.execute((shown, id.entry, id.place))?;
        }
        let mut update = db.prepare_cached(
            "update outbox set state = ?1, attempts = ?2, not_before_us = ?3, \
             turn_us = case when made_us > ?3 then made_us else ?3 end where entry = ?4 and place = ?5",
        )?;
        for Postponed { of, attempts, not_before, perhaps_sent } in &self.postponed {
            // What may stand there already goes on being called so, however long it waits.
            let state = if *perhaps_sent { OutboxState::Sending } else { OutboxState::Waiting };
            update.execute((state.word(), attempts, not_before.0, of.entry, of.place))?;
        }
        let sql = "update outbox set attempts = ?1, not_before_us = ?2 where lane = ?3 and message = ?4";
        let mut update = db.prepare_cached(sql)?;
        for Postponed { of: (lane, message), attempts, not_before, perhaps_sent: _ } in &self.edits_postponed {
            update.execute((attempts, not_before.0, lane.to_string(), message))?;
        }
        let mut want = db.prepare_cached(
            "insert into card (case_id, lane, wanted, attempts, not_before_us) values (?1, ?2, ?3, 0, 0) \
             on conflict (case_id, lane) do update set wanted = excluded.wanted",
        )?;
        for CardRow { case, lane, wanted } in &self.cards {
            want.execute((case.to_string(), lane.to_string(), wanted))?;
        }
        // Due by any clock, also by one that went back: a process that finds it tries again at once.
        let sql = "update card set sending = 1, not_before_us = 0 where case_id = ?1 and lane = ?2";
        let mut update = db.prepare_cached(sql)?;
        for (case, lane) in &self.cards_sending {
            update.execute((case.to_string(), lane.to_string()))?;
        }
        let mut update = db.prepare_cached(
            "update card set shown = ?1, message = ?2, sending = 0, attempts = 0, not_before_us = 0 \
             where case_id = ?3 and lane = ?4",
        )?;
        for (case, lane, shown, message) in &self.cards_shown {
            update.execute((shown, message, case.to_string(), lane.to_string()))?;
        }
        let sql = "update card set sending = ?1, attempts = ?2, not_before_us = ?3 where case_id = ?4 and lane = ?5";
        let mut update = db.prepare_cached(sql)?;
        for Postponed { of: (case, lane), attempts, not_before, perhaps_sent } in &self.cards_postponed {
            update.execute((perhaps_sent, attempts, not_before.0, case.to_string(), lane.to_string()))?;
        }
        let mut update = db.prepare_cached(
            "update card set shown = null, message = null, sending = 0, attempts = 0, not_before_us = 0 \
             where case_id = ?1 and lane = ?2",
        )?;
        for (case, lane) in &self.cards_gone {
            update.execute((case.to_string(), lane.to_string()))?;
        }
        let mut insert = db.prepare_cached("insert into case_channel (lane, since, channel) values (?1, ?2, ?3)")?;
        for (lane, since, channel) in &self.case_channels {
            insert.execute((lane.to_string(), since, channel))?;
        }
        Ok(())
    }

    fn write_transcript(&self, db: &Connection) -> Result<(), StoreError> {
        let mut upsert = db.prepare_cached(
            "insert into message (lane, id, thread, author, person, body, said_us, case_id, first, last) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) \
             on conflict (lane, id) do update set thread = excluded.thread, author = excluded.author, \
             person = excluded.person, said_us = excluded.said_us, case_id = excluded.case_id, first = excluded.first, \
             last = max(message.last, excluded.last), \
             body = case when message.edited_us is null and message.deleted_us is null then excluded.body else message.body end",
        )?;
        for row in &self.messages {
            let case = row.case.map(|case| case.to_string());
            let lane = row.lane.to_string();
            upsert.execute(params![
                lane,
                row.id,
                row.thread,
                row.author,
                row.person,
                row.body,
                row.said_us,
                case,
                row.seq
            ])?;
        }
        // Its first part began the row, unless that one can't be read any more.
        let mut begin = db.prepare_cached(
            "insert into message (lane, id, author, body, said_us, first, last, parts) \
             values (?1, ?2, ?3, '{}', ?4, ?5, ?5, ?6) on conflict (lane, id) do update set case_id = null, \
             last = max(message.last, excluded.last), parts = max(message.parts, excluded.parts)",
        )?;
        let mut insert = db.prepare_cached(
            "insert into message_part (lane, id, part, entry, body) values (?1, ?2, ?3, ?4, ?5) \
                on conflict (lane, id, part) do update set entry = excluded.entry, body = excluded.body",
        )?;
        for part in &self.message_parts {
            let lane = part.lane.to_string();
            begin.execute((&lane, &part.id, &part.author, part.said_us, part.seq, part.part + 1))?;
            insert.execute((&lane, &part.id, part.part, part.seq, &part.body))?;
        }
        // Platforms don't promise that a message comes before what became of it, so either may begin its row.
        let mut edit = db.prepare_cached(
            "insert into message (lane, id, author, body, said_us, edited_us, first, last) \
             values (?4, ?5, '', ?1, ?2, ?2, ?3, ?3) on conflict (lane, id) do update set \
             body = excluded.body, edited_us = excluded.edited_us, last = max(message.last, excluded.last)",
        )?;
        let mut delete = db.prepare_cached(
            "insert into message (lane, id, author, body, said_us, deleted_us, first, last) \
             values (?3, ?4, '', '{}', ?1, ?1, ?2, ?2) on conflict (lane, id) do update set \
             deleted_us = excluded.deleted_us, last = max(message.last, excluded.last)",
        )?;
        for change in &self.message_changes {
            match change {
                MessageChange::Edited { lane, id, body, at_us, seq } => {
                    edit.execute((body, at_us, seq, lane.to_string(), id))?
                }
                MessageChange::Deleted { lane, id, at_us, seq } => {
                    delete.execute((at_us, seq, lane.to_string(), id))?
                }
            };
        }
        Ok(())
    }
}
