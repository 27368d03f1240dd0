//! What one transaction writes: rows gathered while the desk decides, written together, each table in as few statements
//! as possible.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::StoreError;
use super::write::in_list;
use crate::domain::{At, CaseId, Lane, OutboxId};
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
    pub policies: Vec<(String, String)>,
    /// Whom pseudonyms stand for: `(pseudonym, subject)`.
    pub subjects: Vec<(String, String)>,
    /// `(key of a cause, entry)`. A key that is there already fails the commit.
    pub causes: Vec<(String, i64)>,
    pub outbox: Vec<OutboxRow>,
    /// `(row, state, the platform's message, why)`.
    pub delivered: Vec<(OutboxId, OutboxState, Option<String>, Option<String>)>,
    /// Messages to be tried again.
    pub postponed: Vec<Postponed<OutboxId>>,
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
    pub reholds: Vec<Rehold>,
    /// Cards that somebody deleted on their platform: `(case, lane)`.
    pub cards_gone: Vec<(CaseId, Lane)>,
    /// Cases' own channels: `(lane, the platform's id)`.
    pub case_channels: Vec<(Lane, String)>,
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
pub struct Rehold {
    pub roles: Vec<String>,
    pub people: Vec<String>,
    pub now_us: i64,
}

pub struct EntryRow {
    pub seq: i64,
    pub leaf: String,
    pub hash: Hash,
    pub case: Option<String>,
    pub case_seq: Option<u64>,
    pub kind: &'static str,
    pub at_us: i64,
    pub facts: String,
    pub facts_salt: [u8; 32],
    /// With their salt.
    pub words: Option<(String, [u8; 32])>,
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

pub struct DutyRow {
    pub case: String,
    pub number: u32,
    pub workflow: String,
    pub kind: &'static str,
    pub duty: &'static str,
    pub role: Option<String>,
    pub person: Option<String>,
    /// Everybody who may answer, as [`role_holder`] and [`person_holder`] write them.
    pub holders: Vec<String>,
    pub party: Option<String>,
    pub opened_us: i64,
    pub due_us: i64,
    pub target_us: i64,
    /// How long the answer took on the target's own clock, pauses left out.
    pub took_us: Option<i64>,
    /// The deadline, once it was missed.
    pub late_us: Option<i64>,
    pub closed_us: Option<i64>,
    pub state: &'static str,
    pub paused_us: i64,
    pub nudges: u32,
    pub climbs: u32,
    pub last_told_us: Option<i64>,
    pub attributed: Option<String>,
    /// The bot's own worst lateness on this duty.
    pub behind_us: i64,
}

/// A signed head.
pub struct NoteRow {
    pub size: i64,
    pub at_us: i64,
    pub note: String,
}

/// Runs `write` over slices whose lengths are powers of two, so that a handful of prepared statements serve all lengths.
macro_rules! rows {
    ($connection:expr, $rows:expr, $insert:expr, $tail:expr, $columns:literal, |$bind:ident, $row:ident| $body:block) => {{
        // SQLite takes 32,766 placeholders in a statement.
        const MOST: usize = 1 << (32_766_usize / $columns).ilog2();
        let mut rest = $rows;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(1 << rest.len().min(MOST.min(256)).ilog2());
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new($insert);
            query.push_values(now, |mut $bind, $row| $body);
            query.push($tail);
            query.build().execute(&mut *$connection).await?;
            rest = later;
        }
    }};
}

impl Commit {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.delivered.is_empty()
            && self.postponed.is_empty()
            && self.cards_sending.is_empty()
            && self.cards_shown.is_empty()
            && self.cards_postponed.is_empty()
            && self.cards_gone.is_empty()
            && self.checkpoints.is_empty()
            && self.cases.is_empty()
            && self.reholds.is_empty()
    }

    pub(super) async fn write(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        rows!(
            db,
            &self.entries[..],
            "insert into ledger (seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt) ",
            "",
            11,
            |b, r| {
                b.push_bind(r.seq).push_bind(&*r.leaf).push_bind(&r.hash.0[..]).push_bind(r.case.as_deref());
                b.push_bind(r.case_seq.map(|number| number as i64)).push_bind(r.kind).push_bind(r.at_us);
                b.push_bind(&*r.facts).push_bind(&r.facts_salt[..]);
                b.push_bind(r.words.as_ref().map(|(words, _)| &**words));
                b.push_bind(r.words.as_ref().map(|(_, salt)| &salt[..]));
            }
        );
        rows!(db, &self.subjects[..], "insert into subject (pseudonym, subject) ", "", 2, |b, r| {
            b.push_bind(&*r.0).push_bind(&*r.1);
        });
        rows!(db, &self.nodes[..], "insert into tree_node (height, idx, hash) ", "", 3, |b, r| {
            b.push_bind(i64::from(r.height)).push_bind(r.index as i64).push_bind(&r.hash.0[..]);
        });
        rows!(
            db,
            &self.cases[..],
            "insert into case_file (case_id, kind, number, workflow, state, restricted, opened_us, closed_us, wake_us, snapshot) ",
            " on conflict (case_id) do update set workflow = excluded.workflow, state = excluded.state, \
             restricted = excluded.restricted, closed_us = excluded.closed_us, wake_us = excluded.wake_us, \
             snapshot = excluded.snapshot",
            10,
            |b, r| {
                b.push_bind(&*r.case).push_bind(r.kind).push_bind(i64::from(r.number)).push_bind(&*r.workflow);
                b.push_bind(r.state).push_bind(r.restricted).push_bind(r.opened_us).push_bind(r.closed_us);
                b.push_bind(r.wake_us).push_bind(&*r.snapshot);
            }
        );
        rows!(
            db,
            &self.policies[..],
            "insert into policy (hash, body) ",
            " on conflict (hash) do nothing",
            2,
            |b, r| {
                b.push_bind(&*r.0).push_bind(&*r.1);
            }
        );
        rows!(db, &self.causes[..], "insert into cause (key, seq) ", "", 2, |b, r| {
            b.push_bind(&*r.0).push_bind(r.1);
        });
        rows!(
            db,
            &self.outbox[..],
            "insert into outbox (entry, place, case_id, lane, state, made_us, free_us, not_before_us, turn_us, attempts) ",
            "",
            10,
            |b, r| {
                let free_us = r.made_us.max(r.not_before_us);
                b.push_bind(r.id.entry).push_bind(i64::from(r.id.place)).push_bind(r.case.map(|case| case.to_string()));
                b.push_bind(r.lane.to_string()).push_bind("waiting").push_bind(r.made_us).push_bind(free_us);
                b.push_bind(r.not_before_us).push_bind(free_us).push_bind(0_i64);
            }
        );
        rows!(
            db,
            &self.cards[..],
            "insert into card (case_id, lane, wanted, attempts, not_before_us) ",
            " on conflict (case_id, lane) do update set wanted = excluded.wanted",
            5,
            |b, r| {
                b.push_bind(r.case.to_string())
                    .push_bind(r.lane.to_string())
                    .push_bind(r.wanted)
                    .push_bind(0_i64)
                    .push_bind(0_i64);
            }
        );
        rows!(
            db,
            &self.messages[..],
            "insert into message (lane, id, thread, author, person, body, said_us, case_id, first, last) ",
            " on conflict (lane, id) do update set thread = excluded.thread, author = excluded.author, \
             person = excluded.person, said_us = excluded.said_us, case_id = excluded.case_id, first = excluded.first, \
             last = max(message.last, excluded.last), \
             body = case when message.edited_us is null and message.deleted_us is null then excluded.body else message.body end",
            10,
            |b, r| {
                b.push_bind(r.lane.to_string()).push_bind(&*r.id).push_bind(r.thread.as_deref()).push_bind(&*r.author);
                b.push_bind(r.person.as_deref()).push_bind(&*r.body).push_bind(r.said_us);
                b.push_bind(r.case.map(|case| case.to_string())).push_bind(r.seq).push_bind(r.seq);
            }
        );
        rows!(
            db,
            &self.duties[..],
            "insert into duty (case_id, number, workflow, kind, duty, role, person, party, opened_us, due_us, target_us, \
             took_us, late_us, closed_us, state, paused_us, nudges, climbs, last_told_us, attributed, behind_us) ",
            " on conflict (case_id, number) do update set role = excluded.role, person = excluded.person, \
             due_us = excluded.due_us, took_us = excluded.took_us, late_us = excluded.late_us, \
             closed_us = excluded.closed_us, state = excluded.state, paused_us = excluded.paused_us, \
             nudges = excluded.nudges, climbs = excluded.climbs, last_told_us = excluded.last_told_us, \
             attributed = excluded.attributed, behind_us = max(duty.behind_us, excluded.behind_us)",
            21,
            |b, r| {
                b.push_bind(&*r.case).push_bind(i64::from(r.number)).push_bind(&*r.workflow).push_bind(r.kind);
                b.push_bind(r.duty).push_bind(r.role.as_deref()).push_bind(r.person.as_deref());
                b.push_bind(r.party.as_deref()).push_bind(r.opened_us).push_bind(r.due_us).push_bind(r.target_us);
                b.push_bind(r.took_us).push_bind(r.late_us).push_bind(r.closed_us).push_bind(r.state);
                b.push_bind(r.paused_us).push_bind(i64::from(r.nudges)).push_bind(i64::from(r.climbs));
                b.push_bind(r.last_told_us).push_bind(r.attributed.as_deref()).push_bind(r.behind_us);
            }
        );
        let (open, closed): (Vec<&DutyRow>, Vec<&DutyRow>) =
            self.duties.iter().partition(|duty| duty.closed_us.is_none());
        let owed: Vec<(&str, &DutyRow)> =
            open.iter().flat_map(|duty| duty.holders.iter().map(|holder| (&**holder, *duty))).collect();
        rows!(db, &owed[..], "insert into owed (holder, case_id, number) ", " on conflict do nothing", 3, |b, r| {
            b.push_bind(r.0).push_bind(&*r.1.case).push_bind(i64::from(r.1.number));
        });
        rows!(db, &closed[..], "delete from owed where (case_id, number) in (", ")", 2, |b, r| {
            b.push_bind(&*r.case).push_bind(i64::from(r.number));
        });
        rows!(
            db,
            &self.checkpoints[..],
            "insert into checkpoint (size, at_us, note) ",
            " on conflict (size, at_us) do nothing",
            3,
            |b, r| {
                b.push_bind(r.size).push_bind(r.at_us).push_bind(&*r.note);
            }
        );
        self.update(db).await
    }

    async fn update(&self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        if let Some(snapshot) = &self.bot {
            sqlx::query("insert into bot (id, snapshot) values (1, $1) on conflict (id) do update set snapshot = excluded.snapshot")
                .bind(&**snapshot)
                .execute(&mut *db)
                .await?;
        }
        if self.tries {
            sqlx::query("update bot set tried = tried + 1 where id = 1").execute(&mut *db).await?;
        }
        for (id, state, message, why) in &self.delivered {
            let sql = "update outbox set state = $1, message = $2, why = $3, attempts = attempts + $4 \
                       where entry = $5 and place = $6";
            sqlx::query(sql)
                .bind(state.word())
                .bind(message.as_deref())
                .bind(why.as_deref())
                .bind(i64::from(*state == OutboxState::Sending))
                .bind(id.entry)
                .bind(id.place)
                .execute(&mut *db)
                .await?;
        }
        for Postponed { of, attempts, not_before, perhaps_sent } in &self.postponed {
            // What may stand there already goes on being called so, however long it waits.
            let state = if *perhaps_sent { OutboxState::Sending } else { OutboxState::Waiting };
            let sql = "update outbox set state = $1, attempts = $2, not_before_us = $3, \
                       turn_us = case when made_us > $3 then made_us else $3 end where entry = $4 and place = $5";
            let query = sqlx::query(sql).bind(state.word()).bind(attempts).bind(not_before.0);
            query.bind(of.entry).bind(of.place).execute(&mut *db).await?;
        }
        for (case, lane) in &self.cards_sending {
            // Due by any clock, also by one that went back: a process that finds it tries again at once.
            sqlx::query("update card set sending = 1, not_before_us = 0 where case_id = $1 and lane = $2")
                .bind(case.to_string())
                .bind(lane.to_string())
                .execute(&mut *db)
                .await?;
        }
        for (case, lane, shown, message) in &self.cards_shown {
            let sql = "update card set shown = $1, message = $2, sending = 0, attempts = 0, not_before_us = 0 \
                       where case_id = $3 and lane = $4";
            let query = sqlx::query(sql).bind(shown).bind(&**message).bind(case.to_string()).bind(lane.to_string());
            query.execute(&mut *db).await?;
        }
        for Postponed { of: (case, lane), attempts, not_before, perhaps_sent } in &self.cards_postponed {
            let sql =
                "update card set sending = $1, attempts = $2, not_before_us = $3 where case_id = $4 and lane = $5";
            let query = sqlx::query(sql).bind(perhaps_sent).bind(attempts).bind(not_before.0);
            query.bind(case.to_string()).bind(lane.to_string()).execute(&mut *db).await?;
        }
        for part in &self.message_parts {
            // Its first part began the row, unless that one can't be read any more.
            let sql = "insert into message (lane, id, author, body, said_us, first, last, parts) \
                       values ($1, $2, $3, '{}', $4, $5, $5, $6) on conflict (lane, id) do update set case_id = null, \
                       last = max(message.last, excluded.last), parts = max(message.parts, excluded.parts)";
            sqlx::query(sql)
                .bind(part.lane.to_string())
                .bind(&*part.id)
                .bind(&*part.author)
                .bind(part.said_us)
                .bind(part.seq)
                .bind(part.part + 1)
                .execute(&mut *db)
                .await?;
            sqlx::query("insert into message_part (lane, id, part, entry, body) values ($1, $2, $3, $4, $5)")
                .bind(part.lane.to_string())
                .bind(&*part.id)
                .bind(part.part)
                .bind(part.seq)
                .bind(&*part.body)
                .execute(&mut *db)
                .await?;
        }
        for change in &self.message_changes {
            match change {
                // Platforms don't promise that a message comes before what became of it, so either may begin its row.
                MessageChange::Edited { lane, id, body, at_us, seq } => {
                    let sql = "insert into message (lane, id, author, body, said_us, edited_us, first, last) \
                               values ($4, $5, '', $1, $2, $2, $3, $3) on conflict (lane, id) do update set \
                               body = excluded.body, edited_us = excluded.edited_us, last = max(message.last, excluded.last)";
                    sqlx::query(sql)
                        .bind(&**body)
                        .bind(at_us)
                        .bind(seq)
                        .bind(lane.to_string())
                        .bind(&**id)
                        .execute(&mut *db)
                        .await?;
                }
                MessageChange::Deleted { lane, id, at_us, seq } => {
                    let sql = "insert into message (lane, id, author, body, said_us, deleted_us, first, last) \
                               values ($3, $4, '', '{}', $1, $1, $2, $2) on conflict (lane, id) do update set \
                               deleted_us = excluded.deleted_us, last = max(message.last, excluded.last)";
                    sqlx::query(sql).bind(at_us).bind(seq).bind(lane.to_string()).bind(&**id).execute(&mut *db).await?;
                }
            }
        }
        for (case, lane) in &self.cards_gone {
            let sql = "update card set shown = null, message = null, sending = 0, attempts = 0, not_before_us = 0 \
                       where case_id = $1 and lane = $2";
            sqlx::query(sql).bind(case.to_string()).bind(lane.to_string()).execute(&mut *db).await?;
        }
        for (lane, channel) in &self.case_channels {
            sqlx::query("insert into case_channel (lane, channel) values ($1, $2) on conflict (lane) do update set channel = excluded.channel")
                .bind(lane.to_string())
                .bind(&**channel)
                .execute(&mut *db)
                .await?;
        }
        for rehold in &self.reholds {
            let roles = rehold.roles.iter().map(|role| role_holder(role));
            let holders: Vec<String> = roles.chain(rehold.people.iter().map(|person| person_holder(person))).collect();
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("update case_file set wake_us = ");
            query.push_bind(rehold.now_us);
            query.push(" where case_id in (select case_id from owed where holder in (");
            in_list(&mut query, &holders).push(")");
            query.build().execute(&mut *db).await?;
        }
        Ok(())
    }
}
