//! The one writing connection: what the desk must know to decide, and the commit.

use std::iter;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params_from_iter};

use super::thread::WritingThread;
use super::{Commit, StoreError, parsed, unreadable};
use crate::domain::policy::Channel;
use crate::domain::{At, Bot, Case, CaseId, CaseKind, Lane, PersonId};
use crate::seal::{Frontier, Hash, Plan};

/// A copy that another process keeps from being made is tried again after this, for as long as any other wait for the database.
const TRIED_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// The entry of something that was heard before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeardBefore {
    /// Of its cause.
    pub key: String,
    pub entry: i64,
    pub leaf: String,
    pub facts: String,
    pub words: Option<String>,
}

/// What there is of a policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyText {
    Kept(String),
    Erased,
}

pub struct Writer {
    db: WritingThread,
}

/// Where the ledger stands: enough to go on.
pub struct Head {
    pub frontier: Frontier,
    /// Hash of the last entry.
    pub last: Option<Hash>,
    /// Its text.
    pub last_leaf: Option<String>,
    pub last_at: At,
}

/// A message of the transcript, as the desk needs it to record an edit or a deletion.
pub struct StoredMessage {
    /// Absent for one of several parts: each is of a case of its own, and stands in that case's entry.
    pub body: Option<String>,
    pub case: Option<CaseId>,
    pub author: String,
    pub person: Option<PersonId>,
    pub said: At,
    pub deleted: bool,
}

impl Writer {
    pub(super) fn new(db: WritingThread) -> Writer {
        Writer { db }
    }

    /// Writes everything or nothing. When this returns, it is on the disk, and every reader sees it; before, none sees any of
    /// it. Readers never hold it up. Once it was called it goes on to its end, whether or not somebody waits for that.
    ///
    /// # Errors
    /// Disk full, read-only, locked … In each case the database is as it was before.
    pub async fn commit(&mut self, commit: Commit) -> Result<(), StoreError> {
        self.db.run(move |db| in_one_transaction(db, |db| commit.write(db))).await
    }

    /// Takes every page of another database, as one commit: readers see all as it was or all as it is then, and what stood here is in no
    /// page, index or write-ahead log any more. Whoever reads an older state meanwhile is waited for, for a while.
    ///
    /// # Errors
    /// The database's: then it is as it was. [`StoreError::StillRead`]: it is taken over, but what stood here is in the write-ahead log until
    /// [`Writer::forget`] succeeds.
    pub async fn become_copy_of(&mut self, of: &Path) -> Result<(), StoreError> {
        let of = of.to_owned();
        self.db
            .run_alone(move |db| {
                let from = Connection::open_with_flags(of, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                let copy = Backup::new(&from, db)?;
                for _ in 0..super::BUSY.as_millis() / TRIED_AGAIN_AFTER.as_millis() {
                    if copy.step(-1)? == StepResult::Done {
                        return Ok(());
                    }
                    // Another process reads the file's header.
                    std::thread::sleep(TRIED_AGAIN_AFTER);
                }
                Err(StoreError::StillRead)
            })
            .await?;
        self.forget().await
    }

    /// Moves what was committed from the write-ahead log into the database's file, and empties the log.
    ///
    /// # Errors
    /// [`StoreError::StillRead`]: somebody reads an older state.
    pub async fn forget(&mut self) -> Result<(), StoreError> {
        let busy =
            self.db.run(|db| Ok(db.query_row("pragma wal_checkpoint(truncate)", (), |row| row.get::<_, i64>(0))?));
        match busy.await? {
            0 => Ok(()),
            _ => Err(StoreError::StillRead),
        }
    }

    /// The right edge of the tree, from a few hundred rows at most.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if hashes that must be there aren't: `countersign verify` tells where.
    pub async fn head(&mut self) -> Result<Head, StoreError> {
        let last = self.db.run(|db| {
            let sql = "select seq, hash, leaf, at_us from ledger order by seq desc limit 1";
            Ok(db.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?)
        });
        let Some((seq, last, leaf, at_us)): Option<(i64, Vec<u8>, String, i64)> = last.await? else {
            return Ok(Head { frontier: Frontier::new(), last: None, last_leaf: None, last_at: At(0) });
        };
        let frontier = self.frontier(seq.unsigned_abs() + 1).await?;
        Ok(Head { frontier, last: Some(hash(&last)?), last_leaf: Some(leaf), last_at: At(at_us) })
    }

    /// The tree as it was at a size.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn frontier(&mut self, size: u64) -> Result<Frontier, StoreError> {
        let plan = Plan::frontier(size);
        let (plan, fetched) = self.db.run(move |db| fetch(db, &plan).map(|fetched| (plan, fetched))).await?;
        let roots = plan.build(&fetched).map_err(|error| StoreError::Missing(error.to_string()))?;
        Frontier::restore(size, roots).ok_or_else(|| StoreError::Missing(format!("tree of size {size}")))
    }

    /// The note of the last signed head that the database knows.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_checkpoint(&mut self) -> Result<Option<String>, StoreError> {
        let sql = "select note from checkpoint order by at_us desc, size desc limit 1";
        self.db.run(|db| Ok(db.query_row(sql, (), |row| row.get(0)).optional()?)).await
    }

    /// What concerns no single case; `None` before the first commit.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn bot(&mut self) -> Result<Option<Bot>, StoreError> {
        let sql = "select snapshot from bot where id = 1";
        let snapshot: Option<String> =
            self.db.run(|db| Ok(db.query_row(sql, (), |row| row.get(0)).optional()?)).await?;
        snapshot.map(|text| serde_json::from_str(&text).map_err(unreadable("bot"))).transpose()
    }

    /// A policy that is or was in force. `None`: there never was one with this hash, or a table is damaged.
    ///
    /// # Errors
    /// The database's.
    pub async fn policy(&mut self, hash: &str) -> Result<Option<PolicyText>, StoreError> {
        let hash = hash.to_owned();
        let sql = "select body from policy where hash = ?1";
        let body: Option<Option<String>> =
            self.db.run(move |db| Ok(db.query_row(sql, [hash], |row| row.get(0)).optional()?)).await?;
        Ok(body.map(|body| body.map_or(PolicyText::Erased, PolicyText::Kept)))
    }

    /// The highest number that a case of this kind has, 0 if there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn highest_number(&mut self, kind: CaseKind) -> Result<u32, StoreError> {
        let sql = "select coalesce(max(number), 0) from case_file where kind = ?1";
        self.db.run(move |db| Ok(db.query_row(sql, [kind.word()], |row| row.get(0))?)).await
    }

    /// The entries of what was heard before, by the keys of their causes. Keys that weren't heard are
    /// left out. Words that were erased since are `None`.
    ///
    /// # Errors
    /// The database's.
    pub async fn heard_before(&mut self, mut keys: Vec<String>) -> Result<Vec<HeardBefore>, StoreError> {
        let sql = "select l.seq, l.leaf, l.facts, l.words from cause c join ledger l on l.seq = c.seq where c.key = ?1";
        self.db
            .run(move |db| {
                let mut find = db.prepare_cached(sql)?;
                keys.sort_unstable();
                keys.dedup();
                let mut heard = Vec::new();
                for key in keys {
                    let read = |row: &Row<'_>| {
                        let (entry, leaf) = (row.get(0)?, row.get(1)?);
                        Ok(HeardBefore { key: key.clone(), entry, leaf, facts: row.get(2)?, words: row.get(3)? })
                    };
                    heard.extend(find.query_row([&key], read).optional()?);
                }
                Ok(heard)
            })
            .await
    }

    /// Whom every pseudonym stands for, as far as anybody knows: `(pseudonym, subject)`.
    ///
    /// # Errors
    /// The database's.
    pub async fn subjects(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "select pseudonym, subject from subject";
        self.db
            .run(|db| {
                let mut all = db.prepare(sql)?;
                let all = all.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(all.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// The number that the last entry of each of these cases has within it; those without an entry are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_case_seqs(&mut self, ids: Vec<CaseId>) -> Result<Vec<(CaseId, u64)>, StoreError> {
        let sql = "select max(case_seq) from ledger where case_id = ?1";
        self.db
            .run(move |db| {
                let mut find = db.prepare_cached(sql)?;
                let mut all = Vec::with_capacity(ids.len());
                for id in ids {
                    let last: Option<i64> = find.query_row([id.to_string()], |row| row.get(0))?;
                    all.extend(last.map(|last| (id, last.unsigned_abs())));
                }
                Ok(all)
            })
            .await
    }

    /// Those of these cases that there are, in no particular order.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases(&mut self, ids: Vec<CaseId>) -> Result<Vec<Case>, StoreError> {
        self.db.run(move |db| cases(db, ids)).await
    }

    /// Those that are open, or on which something is owed, and that fit. Read one by one: memory follows what fits.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases_that(&mut self, fits: impl Fn(&Case) -> bool + Send + 'static) -> Result<Vec<Case>, StoreError> {
        let sql = "select snapshot from case_file where closed_us is null or case_id in (select case_id from owed)";
        self.db
            .run(move |db| {
                let mut all = db.prepare_cached(sql)?;
                let mut rows = all.query(())?;
                let mut fitting = Vec::new();
                while let Some(row) = rows.next()? {
                    let case = case_in(row, 0)?;
                    if fits(&case) {
                        fitting.push(case);
                    }
                }
                Ok(fitting)
            })
            .await
    }

    /// Cases that wanted to be woken by now, the longest waiting first, each with its id; `but` leaves some out.
    ///
    /// # Errors
    /// The database's. A row that this version can't read is an error of its own.
    pub async fn due(
        &mut self,
        now: At,
        at_most: u32,
        but: &[String],
    ) -> Result<Vec<(String, Result<Case, StoreError>)>, StoreError> {
        let but = but.to_vec();
        self.db
            .run(move |db| {
                let others = leaving_out(&but);
                let sql = format!(
                    "select case_id, snapshot from case_file where wake_us <= ? {others} order by wake_us limit {at_most}"
                );
                let mut due = db.prepare_cached(&sql)?;
                let values = iter::once(Value::from(now.0)).chain(but.into_iter().map(Value::from));
                let mut rows = due.query(params_from_iter(values))?;
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push((row.get(0)?, case_in(row, 1)));
                }
                Ok(all)
            })
            .await
    }

    /// When the next case wants to be woken, these aside.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_wake(&mut self, but: &[String]) -> Result<Option<At>, StoreError> {
        let but = but.to_vec();
        self.db
            .run(move |db| {
                let others = leaving_out(&but);
                let sql = format!("select min(wake_us) from case_file where wake_us is not null {others}");
                let wake: Option<i64> = db.prepare_cached(&sql)?.query_row(params_from_iter(&but), |row| row.get(0))?;
                Ok(wake.map(At))
            })
            .await
    }

    /// The case whose card this message is.
    ///
    /// # Errors
    /// The database's.
    pub async fn case_of_card(&mut self, lane: &Lane, message: &str) -> Result<Option<CaseId>, StoreError> {
        let key = (lane.to_string(), message.to_owned());
        let sql = "select case_id from card where lane = ?1 and message = ?2";
        let case: Option<String> =
            self.db.run(move |db| Ok(db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?)).await?;
        case.map(|case| parsed(&case, format!("{case}, {lane} of the cards"))).transpose()
    }

    /// The lane whose own channel this is on its platform.
    ///
    /// # Errors
    /// The database's.
    pub async fn lane_of_channel(&mut self, channel: &Channel) -> Result<Option<Lane>, StoreError> {
        let key = (channel.platform.to_string(), channel.id.clone());
        let sql = "select lane from case_channel c where lane >= ?1 || '/' and lane < ?1 || '0' and channel = ?2 \
                   and since = (select max(since) from case_channel where lane = c.lane) order by since desc limit 1";
        let lane: Option<String> =
            self.db.run(move |db| Ok(db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?)).await?;
        lane.map(|lane| parsed(&lane, format!("{lane} of the cases' channels"))).transpose()
    }

    /// The lanes in which a message with this id stands, the newest first; in the conversation that the platform knows by
    /// `channel`, where one is named: a channel, a thread, or the channel that a case has of its own there.
    ///
    /// # Errors
    /// The database's.
    pub async fn lanes_with(&mut self, id: &str, channel: Option<&str>) -> Result<Vec<Lane>, StoreError> {
        let key = (id.to_owned(), channel.map(str::to_owned));
        let sql = "select lane from message m where id = ?1 and (?2 is null or thread = ?2 \
                   or substr(lane, instr(lane, '/') + 1) = ?2 \
                   or exists (select 1 from case_channel c where c.lane = m.lane and c.channel = ?2)) \
                   order by last desc limit 20";
        let lanes: Vec<String> = self
            .db
            .run(move |db| {
                let mut find = db.prepare_cached(sql)?;
                let rows = find.query_map(key, |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await?;
        lanes.into_iter().map(|lane| parsed(&lane, format!("{lane} of the messages"))).collect()
    }

    /// A message of a lane as it stands now, edited or deleted.
    ///
    /// # Errors
    /// The database's.
    pub async fn message(&mut self, lane: &Lane, id: &str) -> Result<Option<StoredMessage>, StoreError> {
        let key = (lane.to_string(), id.to_owned());
        let sql = "select body, case_id, parts, author, person, said_us, deleted_us is not null from message \
             where lane = ?1 and id = ?2";
        let read = |row: &rusqlite::Row<'_>| {
            let (body, parts): (String, i64) = (row.get(0)?, row.get(2)?);
            let stored = StoredMessage {
                body: (parts == 1).then_some(body),
                case: None,
                author: row.get(3)?,
                person: row.get::<_, Option<String>>(4)?.map(PersonId::from),
                said: At(row.get(5)?),
                deleted: row.get(6)?,
            };
            Ok((stored, row.get::<_, Option<String>>(1)?))
        };
        let stored: Option<(StoredMessage, Option<String>)> = self
            .db
            .run(move |db| {
                let mut find = db.prepare_cached(sql)?;
                Ok(find.query_row(key, read).optional()?)
            })
            .await?;
        let Some((stored, case)) = stored else { return Ok(None) };
        let case = case.map(|case| parsed(&case, format!("{id} of the messages in {lane}"))).transpose()?;
        Ok(Some(StoredMessage { case, ..stored }))
    }

    /// Closes the connection, so that the write-ahead log is folded into the database file.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), StoreError> {
        self.db.close().await
    }
}

/// All or nothing.
pub(super) fn in_one_transaction(
    db: &Connection,
    write: impl FnOnce(&Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    db.prepare_cached("begin immediate")?.execute(())?;
    let written = write(db).and_then(|()| Ok(db.prepare_cached("commit")?.execute(()).map(drop)?));
    if written.is_err() {
        // Fails where SQLite has rolled back by itself (a full disk), which is as good.
        let _rolled_back = db.execute("rollback", ());
    }
    written
}

pub(super) fn cases(db: &Connection, ids: Vec<CaseId>) -> Result<Vec<Case>, StoreError> {
    let mut find = db.prepare_cached("select snapshot from main.case_file where case_id = ?1")?;
    let mut cases = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = find.query([id.to_string()])?;
        if let Some(row) = rows.next()? {
            cases.push(case_in(row, 0)?);
        }
    }
    Ok(cases)
}

fn case_in(row: &Row, column: usize) -> Result<Case, StoreError> {
    read_case(row.get_ref(column)?.as_str().map_err(unreadable("case_file"))?)
}

/// The hashes that a plan names: leaves from the ledger, perfect subtrees from `tree_node`.
fn fetch(db: &Connection, plan: &Plan) -> Result<Vec<Vec<Hash>>, StoreError> {
    let mut leaves = db.prepare("select hash from ledger where ?1 = 0 and seq >= ?2 and seq < ?3 order by seq")?;
    let mut nodes =
        db.prepare("select hash from tree_node where height = ?1 and idx >= ?2 and idx < ?3 order by idx")?;
    let mut all = Vec::with_capacity(plan.needs().len());
    for run in plan.needs() {
        let find = if run.height == 0 { &mut leaves } else { &mut nodes };
        let range = (i64::from(run.height), run.indices.start as i64, run.indices.end as i64);
        let mut rows = find.query(range)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(hash(&row.get::<_, Vec<u8>>(0)?)?);
        }
        all.push(found);
    }
    Ok(all)
}

/// Nearly always nothing is left out, and the statement is the same one.
fn leaving_out(but: &[String]) -> String {
    match but.len() {
        0 => String::new(),
        some => format!("and case_id not in (?{})", ", ?".repeat(some - 1)),
    }
}

pub(super) fn read_case(snapshot: &str) -> Result<Case, StoreError> {
    serde_json::from_str(snapshot).map_err(unreadable("case_file"))
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| StoreError::Missing("hash of 32 bytes".to_owned()))?;
    Ok(Hash(bytes))
}
