//! What is committed, for everybody who only looks: lists, digests, the courier, proofs, the room's page.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, TryStreamExt};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{FromRow, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::commit::{person_holder, role_holder};
use super::write::{hash, read_case};
use super::{Scan, StoreError, parsed};
use crate::domain::{At, Case, CaseId, CaseKind, Lane, Platform, Span, WorkflowId};
use crate::seal::{Frontier, Hash, Plan};

/// How a row becomes a struct: each field is the column of its name.
macro_rules! columns {
    ($read:ident { $($column:ident),+ $(,)? }) => {
        impl FromRow<'_, SqliteRow> for $read {
            fn from_row(row: &SqliteRow) -> Result<$read, sqlx::Error> {
                Ok($read { $($column: row.try_get(stringify!($column))?),+ })
            }
        }
    };
}
pub(super) use columns;

/// A pool of read-only connections. Cheap to clone. Each question is answered from what is committed when it is asked; those
/// whose answers must belong together are put to one [`View`](super::View).
#[derive(Clone)]
pub struct Reader {
    pub(super) pool: SqlitePool,
    pub(super) path: Arc<Path>,
}

/// One row of the ledger.
#[derive(Clone, Debug)]
pub struct EntryRead {
    pub seq: i64,
    pub leaf: String,
    pub case_id: Option<String>,
    pub case_seq: Option<i64>,
    pub kind: String,
    pub at_us: i64,
    pub facts: String,
    pub facts_salt: Vec<u8>,
    /// Absent where there never were any, and once they are erased.
    pub words: Option<String>,
    pub words_salt: Option<Vec<u8>>,
}

columns!(EntryRead { seq, leaf, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt });

/// A message of the transcript, as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRead {
    pub lane: Lane,
    pub id: String,
    pub thread: Option<String>,
    pub author: String,
    pub person: Option<String>,
    pub body: String,
    pub said_us: i64,
    pub edited_us: Option<i64>,
    pub deleted_us: Option<i64>,
    pub case: Option<CaseId>,
    pub first: i64,
    pub last: i64,
    /// How many parts it has.
    pub parts: u32,
    /// What it says of further cases, in order: bodies like the first.
    pub more: Vec<String>,
}

impl MessageRead {
    fn read(row: &SqliteRow) -> Result<MessageRead, StoreError> {
        let (lane, id): (&str, String) = (row.try_get("lane")?, row.try_get("id")?);
        let name = format!("{lane}, {id} of the messages");
        let case: Option<&str> = row.try_get("case_id")?;
        Ok(MessageRead {
            lane: parsed(lane, &name)?,
            id,
            thread: row.try_get("thread")?,
            author: row.try_get("author")?,
            person: row.try_get("person")?,
            body: row.try_get("body")?,
            said_us: row.try_get("said_us")?,
            edited_us: row.try_get("edited_us")?,
            deleted_us: row.try_get("deleted_us")?,
            case: case.map(|case| parsed(case, &name)).transpose()?,
            first: row.try_get("first")?,
            last: row.try_get("last")?,
            parts: row.try_get("parts")?,
            more: Vec::new(),
        })
    }

    /// The bodies of all its parts, in order.
    pub fn bodies(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.body.as_str()).chain(self.more.iter().map(String::as_str))
    }
}

/// How many answers are how old, as a share of the time that they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ages {
    pub workflow: String,
    pub under_half: u32,
    pub under_four_fifths: u32,
    pub under_due: u32,
    pub late: u32,
    pub paused: u32,
}

impl Ages {
    /// Nothing waits.
    pub fn none(workflow: &str) -> Ages {
        let workflow = workflow.to_owned();
        Ages { workflow, under_half: 0, under_four_fifths: 0, under_due: 0, late: 0, paused: 0 }
    }
}

columns!(Ages { workflow, under_half, under_four_fifths, under_due, late, paused });

/// Which messages of a lane to read, by the entry that changed each last: so no message is passed over, however often others
/// change meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// What is new or changed since an entry, the earliest change first, so that a reader can go on from the last one.
    After(i64),
    /// What changed last, or last before an entry.
    Before(Option<i64>),
}

pub(super) const ENTRY: &str =
    "select seq, leaf, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt from ledger";

impl Reader {
    pub(super) fn new(pool: SqlitePool, path: &Path) -> Reader {
        Reader { pool, path: path.into() }
    }

    /// A case as its last ruling left it.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        let snapshot: Option<String> = sqlx::query_scalar("select snapshot from case_file where case_id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        snapshot.as_deref().map(read_case).transpose()
    }

    /// These cases, as far as there are such.
    ///
    /// # Errors
    /// The database's. A row that can't be read is an error of its own.
    pub async fn cases(&self, cases: &[CaseId]) -> Result<Vec<Result<Case, StoreError>>, StoreError> {
        let mut found = Vec::new();
        for some in cases.chunks(1_000) {
            let some: Vec<String> = some.iter().map(CaseId::to_string).collect();
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("select snapshot from case_file where case_id in (");
            let rows = in_list(&mut query, &some).build().fetch_all(&self.pool).await?;
            found.extend(rows.iter().map(|row| read_case(row.get(0))));
        }
        Ok(found)
    }

    /// Cases that aren't closed, newest first; with `closed`, the closed ones too.
    ///
    /// # Errors
    /// As [`Reader::case`].
    pub async fn list(
        &self,
        kind: CaseKind,
        workflow: Option<&WorkflowId>,
        closed: bool,
        at_most: u32,
    ) -> Result<Vec<Case>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("select snapshot from case_file where kind = ");
        query.push_bind(kind.word());
        if !closed {
            query.push(" and closed_us is null");
        }
        if let Some(workflow) = workflow {
            query.push(" and workflow = ").push_bind(workflow.as_str());
        }
        query.push(" order by number desc limit ").push_bind(at_most);
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(|row| read_case(row.get(0))).collect()
    }

    /// Open cases in which one of the roles, or the person, owes something; the one due first comes first.
    ///
    /// # Errors
    /// As [`Reader::case`].
    pub async fn owing(&self, roles: &[String], person: &str, at_most: u32) -> Result<Vec<Case>, StoreError> {
        let holders: Vec<String> = roles.iter().map(|role| role_holder(role)).chain([person_holder(person)]).collect();
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "select c.snapshot from case_file c where c.case_id in (select case_id from owed where holder in (",
        );
        in_list(&mut query, &holders).push(
            ") order by (select min(d.due_us) from duty d where d.case_id = c.case_id and d.closed_us is null) limit ",
        );
        query.push_bind(at_most);
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(|row| read_case(row.get(0))).collect()
    }

    /// The entries of a case, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries_of(&self, case: CaseId) -> Result<Vec<EntryRead>, StoreError> {
        let sql = format!("{ENTRY} where case_id = $1 order by case_seq");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(case.to_string()).fetch_all(&self.pool).await?)
    }

    /// The entries that introduced pseudonyms, those of shredded subjects included, that loaded policies, that delegations are
    /// made of, and that record erasures; oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn beside_cases(&self) -> Result<Vec<EntryRead>, StoreError> {
        // To the letter as the index has it, or SQLite would read the whole ledger.
        let sql = format!(
            "{ENTRY} where kind in ('person.introduced', 'policy.loaded', 'delegation.set', 'delegation.began', 'delegation.ended', \
             'words.withheld', 'words.erased', 'key.rotated') order by seq"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Whom these pseudonyms stand for, as far as anybody knows: `(pseudonym, subject)`.
    ///
    /// # Errors
    /// The database's.
    pub async fn subjects(&self, pseudonyms: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        subjects(&mut *self.pool.acquire().await?, pseudonyms).await
    }

    /// The ledger from an entry on, streamed.
    pub fn entries(&self, from: u64, to: u64) -> impl Stream<Item = Result<EntryRead, StoreError>> + '_ {
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{ENTRY} where seq >= $1 and seq < $2 order by seq")))
            .bind(from as i64)
            .bind(to as i64)
            .fetch(&self.pool)
            .map_err(StoreError::from)
            .boxed()
    }

    /// How many entries the ledger has.
    ///
    /// # Errors
    /// The database's.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("select max(seq) from ledger").fetch_one(&self.pool).await?;
        Ok(last.map_or(0, |seq| seq as u64 + 1))
    }

    /// Hashes that a plan needs, in the order in which it names them.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn hashes(&self, plan: &Plan) -> Result<Vec<Vec<Hash>>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        fetch(&mut connection, plan).await
    }

    /// The tree's root as it was at a size.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn root(&self, size: u64) -> Result<Hash, StoreError> {
        let plan = Plan::frontier(size);
        let roots = plan.build(&self.hashes(&plan).await?).map_err(|error| StoreError::Missing(error.to_string()))?;
        let frontier =
            Frontier::restore(size, roots).ok_or_else(|| StoreError::Missing(format!("tree of size {size}")))?;
        Ok(frontier.root())
    }

    /// The last signed head: size, when, note.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_checkpoint(&self) -> Result<Option<(i64, i64, String)>, StoreError> {
        let sql = "select size, at_us, note from checkpoint order by size desc, at_us desc limit 1";
        Ok(sqlx::query_as(sql).fetch_optional(&self.pool).await?)
    }

    /// How many cases aren't closed.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_cases(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("select count(*) from case_file where closed_us is null").fetch_one(&self.pool).await?)
    }

    /// How old the answers of these kinds are that are open, as a share of the time that they have, by workflow.
    ///
    /// # Errors
    /// The database's.
    pub async fn ages(&self, duties: &[&str], now: At) -> Result<Vec<Ages>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("select workflow, ");
        let mut share = |condition: &str, name: &str, comma: &str| {
            query.push(format!("coalesce(sum({condition}), 0) as {name}{comma} "));
        };
        // A clock that stands still gets no older.
        let now = now.0;
        let paused = "state = 'paused'";
        let gone = |percent: i64| format!("({now} - opened_us) * 100 < (due_us - opened_us) * {percent}");
        let running = format!("not {paused} and due_us > {now}");
        share(&format!("{running} and {}", gone(50)), "under_half", ",");
        share(&format!("{running} and not {} and {}", gone(50), gone(80)), "under_four_fifths", ",");
        share(&format!("{running} and not {}", gone(80)), "under_due", ",");
        share(&format!("not {paused} and due_us <= {now}"), "late", ",");
        share(paused, "paused", "");
        query.push("from duty where closed_us is null and duty in (");
        in_list(&mut query, duties).push(" group by workflow order by workflow");
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    /// Open cases that only their own people may know of.
    ///
    /// # Errors
    /// The database's. A row that can't be read is an error of its own.
    pub async fn open_and_restricted(&self) -> Result<Vec<Result<Case, StoreError>>, StoreError> {
        let sql = "select snapshot from case_file where closed_us is null and restricted <> 0";
        let rows: Vec<SqliteRow> = sqlx::query(sql).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| read_case(row.get(0))).collect())
    }

    /// Every case that only its own people may know of.
    ///
    /// # Errors
    /// The database's. A row that can't be read is an error of its own.
    pub async fn restricted(&self) -> Result<Vec<Result<Case, StoreError>>, StoreError> {
        let sql = "select snapshot from case_file where restricted <> 0";
        let rows: Vec<SqliteRow> = sqlx::query(sql).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| read_case(row.get(0))).collect())
    }

    /// The pseudonyms of these subjects, as far as they were ever mentioned.
    ///
    /// # Errors
    /// The database's.
    pub async fn pseudonyms(&self, subjects: &[String]) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for subject in subjects {
            let sql = "select pseudonym from subject where subject = $1";
            found.extend(sqlx::query_scalar::<_, String>(sql).bind(subject).fetch_optional(&self.pool).await?);
        }
        Ok(found)
    }

    /// The first entry of a moment or later; one past the last where there is none.
    ///
    /// # Errors
    /// As [`View::size_at`](super::View::size_at).
    pub async fn first_from(&self, at: At) -> Result<i64, StoreError> {
        Ok(self.view().await?.size_at(at - Span(1)).await? as i64)
    }

    /// The text of a policy that is or was in force; `None` where it was erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn policy(&self, hash: &str) -> Result<Option<String>, StoreError> {
        policy(&mut *self.pool.acquire().await?, hash).await
    }

    /// The ledger from end to end, on a connection of its own.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn scan(&self) -> Result<Scan, StoreError> {
        Scan::open_with_withheld(&self.path).await
    }

    /// Every policy that is or was in force and whose text is there.
    ///
    /// # Errors
    /// The database's.
    pub async fn policies(&self) -> Result<Vec<String>, StoreError> {
        let sql = "select body from policy where body is not null";
        Ok(sqlx::query_scalar(sql).fetch_all(&self.pool).await?)
    }

    /// Cases on which this is owed.
    ///
    /// # Errors
    /// As [`Reader::case`].
    pub async fn that_owe(&self, duty: &str) -> Result<Vec<Case>, StoreError> {
        let sql = "select snapshot from case_file where case_id in \
                   (select d.case_id from owed o join duty d on d.case_id = o.case_id and d.number = o.number where d.duty = $1)";
        let rows: Vec<SqliteRow> = sqlx::query(sql).bind(duty).fetch_all(&self.pool).await?;
        rows.iter().map(|row| read_case(row.get(0))).collect()
    }

    /// Which of these cases are open, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_among(&self, cases: &BTreeSet<CaseId>) -> Result<Vec<CaseId>, StoreError> {
        let names: Vec<String> = cases.iter().map(ToString::to_string).collect();
        let names = serde_json::to_string(&names).unwrap_or_default();
        let sql =
            "select c.case_id from json_each($1) it join case_file c on c.case_id = it.value where c.closed_us is null";
        let open: Vec<String> = sqlx::query_scalar(sql).bind(names).fetch_all(&self.pool).await?;
        let open: BTreeSet<CaseId> =
            open.iter().map(|case| parsed(case, format!("{case} of the cases"))).collect::<Result<_, _>>()?;
        Ok(open.into_iter().collect())
    }

    /// The entries that say which words were erased or withheld, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn erasures(&self) -> Result<Vec<EntryRead>, StoreError> {
        let sql = format!("{ENTRY} where kind in ('words.withheld', 'words.erased') order by seq");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// The entries that say when the key of the heads was changed, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn key_changes(&self) -> Result<Vec<EntryRead>, StoreError> {
        let sql = format!("{ENTRY} where kind = 'key.rotated' order by seq");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await?)
    }

    /// Which of these entries still have their words, also where those are withheld, with the hash of each.
    ///
    /// # Errors
    /// The database's.
    pub async fn with_words(&self, seqs: Vec<u64>) -> Result<Vec<(u64, Hash)>, StoreError> {
        let sql = "select hash from ledger where seq = $1 \
                   and (words is not null or exists (select 1 from withheld w where w.seq = ledger.seq))";
        self.of_these(sql, seqs).await
    }

    /// Which of these entries have words that can be read, with the hash of each.
    ///
    /// # Errors
    /// The database's.
    pub async fn readable(&self, seqs: Vec<u64>) -> Result<Vec<(u64, Hash)>, StoreError> {
        self.of_these("select hash from ledger where seq = $1 and words is not null", seqs).await
    }

    async fn of_these(&self, sql: &'static str, seqs: Vec<u64>) -> Result<Vec<(u64, Hash)>, StoreError> {
        let mut found = Vec::new();
        for seq in seqs {
            let hash: Option<Vec<u8>> = sqlx::query_scalar(sql).bind(seq as i64).fetch_optional(&self.pool).await?;
            let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
            found.extend(hash.map(|hash| (seq, Hash(hash))));
        }
        Ok(found)
    }

    /// The longest overdue wake.
    ///
    /// # Errors
    /// The database's.
    pub async fn oldest_wake(&self) -> Result<Option<At>, StoreError> {
        let sql = "select min(wake_us) from case_file where wake_us is not null";
        let wake: Option<i64> = sqlx::query_scalar(sql).fetch_one(&self.pool).await?;
        Ok(wake.map(At))
    }

    /// Messages of a lane in the order in which they were first said: of those that [`Stretch`] names, `at_most` at once.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn messages(&self, lane: &Lane, stretch: Stretch, at_most: u32) -> Result<Vec<MessageRead>, StoreError> {
        let (sql, bound) = match stretch {
            Stretch::After(entry) => (
                "select * from (select * from message where lane = $1 and last > $2 order by last limit $3) order by first",
                entry,
            ),
            Stretch::Before(entry) => (
                "select * from (select * from message where lane = $1 and last < $2 order by last desc limit $3) order by first",
                entry.unwrap_or(i64::MAX),
            ),
        };
        let rows = sqlx::query(sql).bind(lane.to_string()).bind(bound).bind(at_most).fetch_all(&self.pool).await?;
        let mut found: Vec<MessageRead> = rows.iter().map(MessageRead::read).collect::<Result<_, _>>()?;
        self.complete(&mut found).await?;
        Ok(found)
    }

    /// Fetches the further parts of those that have some: few do.
    async fn complete<'a>(&self, found: impl IntoIterator<Item = &'a mut MessageRead>) -> Result<(), StoreError> {
        for message in found.into_iter().filter(|message| message.parts > 1) {
            let sql = "select body from message_part where lane = $1 and id = $2 order by part";
            let query = sqlx::query_scalar(sql).bind(message.lane.to_string()).bind(&message.id);
            message.more = query.fetch_all(&self.pool).await?;
        }
        Ok(())
    }

    /// A message of a lane as it stands now, edited or deleted.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn message(&self, lane: &Lane, id: &str) -> Result<Option<MessageRead>, StoreError> {
        let sql = "select * from message where lane = $1 and id = $2";
        let row = sqlx::query(sql).bind(lane.to_string()).bind(id).fetch_optional(&self.pool).await?;
        let mut found = row.as_ref().map(MessageRead::read).transpose()?;
        self.complete(&mut found).await?;
        Ok(found)
    }

    /// Cases' own channels on a platform: lane and the platform's id.
    ///
    /// # Errors
    /// The database's.
    pub async fn case_channels(&self, platform: &Platform) -> Result<Vec<(Lane, String)>, StoreError> {
        let sql = "select lane, channel from case_channel c where lane >= $1 || '/' and lane < $1 || '0' \
                   and since = (select max(since) from case_channel where lane = c.lane) order by lane";
        let rows: Vec<(String, String)> = sqlx::query_as(sql).bind(platform.as_str()).fetch_all(&self.pool).await?;
        let read =
            |(lane, channel): (String, String)| Ok((parsed(&lane, format!("{lane} of the cases’ channels"))?, channel));
        rows.into_iter().map(read).collect()
    }

    /// Which channel a case's own lane is on its platform, once that is known.
    ///
    /// # Errors
    /// The database's.
    pub async fn case_channel(&self, lane: &Lane) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("select channel from case_channel where lane = $1 order by since desc limit 1")
            .bind(lane.to_string())
            .fetch_optional(&self.pool)
            .await?)
    }

    /// The platform's channel in which a message of a case's own lane stands, where the case has another one by now.
    ///
    /// # Errors
    /// The database's.
    pub async fn left_channel(&self, lane: &Lane, message: &str) -> Result<Option<String>, StoreError> {
        let sql = "select channel from case_channel c where lane = $1 \
                   and since < (select max(since) from case_channel where lane = c.lane) \
                   and since = (select max(since) from case_channel where lane = c.lane \
                   and since <= (select first from message where lane = $1 and id = $2))";
        Ok(sqlx::query_scalar(sql).bind(lane.to_string()).bind(message).fetch_optional(&self.pool).await?)
    }

    /// The newest message of people in each lane of a platform, or the bot's own where there is no other: lane, message, when
    /// it was said. What the bot says while nobody listens hides nothing that people said before it. Of those that were kept
    /// before an entry, where one is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest(
        &self,
        platform: &Platform,
        bot: &str,
        before: Option<i64>,
    ) -> Result<Vec<(Lane, String, At)>, StoreError> {
        // What an export says of a conversation is no reason not to read what its platform says.
        let heard = |of: &str| {
            format!(
                "{of}.first < $3 and not exists (select 1 from ledger l where l.seq = {of}.first and l.kind = 'said.imported')"
            )
        };
        let sql = format!(
            "select m.lane, m.id, m.said_us from message m where m.lane >= $1 || '/' and m.lane < $1 || '0' and {} \
             and m.said_us = coalesce((select max(n.said_us) from message n where n.lane = m.lane and n.author <> $2 and {}), \
             (select max(n.said_us) from message n where n.lane = m.lane and {})) order by m.lane, m.id",
            heard("m"),
            heard("n"),
            heard("n")
        );
        let query =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(platform.as_str()).bind(bot).bind(before.unwrap_or(i64::MAX));
        let rows: Vec<(String, String, i64)> = query.fetch_all(&self.pool).await?;
        let read = |(lane, id, said): (String, String, i64)| {
            Ok((parsed(&lane, format!("{lane}, {id} of the messages"))?, id, At(said)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Whether something with this key of its cause was heard already.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_heard(&self, key: &str) -> Result<bool, StoreError> {
        let sql = "select exists (select 1 from cause where key = $1)";
        Ok(sqlx::query_scalar(sql).bind(key).fetch_one(&self.pool).await?)
    }

    /// A message of the local room, whose ids are unique in all its lanes.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn local_message(&self, id: &str) -> Result<Option<MessageRead>, StoreError> {
        let sql = "select * from message where id = $1 and lane like 'local/%'";
        let row = sqlx::query(sql).bind(id).fetch_optional(&self.pool).await?;
        let mut found = row.as_ref().map(MessageRead::read).transpose()?;
        self.complete(&mut found).await?;
        Ok(found)
    }
}

pub(super) async fn subjects(
    db: &mut SqliteConnection,
    pseudonyms: &[String],
) -> Result<Vec<(String, String)>, StoreError> {
    let mut found = Vec::with_capacity(pseudonyms.len());
    for some in pseudonyms.chunks(1_000) {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("select pseudonym, subject from subject where pseudonym in (");
        let rows: Vec<(String, String)> = in_list(&mut query, some).build_query_as().fetch_all(&mut *db).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The text of a policy that is or was in force; `None` where it was erased.
pub(super) async fn policy(db: &mut SqliteConnection, hash: &str) -> Result<Option<String>, StoreError> {
    let text = sqlx::query_scalar("select body from policy where hash = $1 and body is not null").bind(hash);
    Ok(text.fetch_optional(db).await?)
}

/// Reads the hashes that a plan names: leaves from the ledger, perfect subtrees from `tree_node`.
pub(super) async fn fetch(db: &mut SqliteConnection, plan: &Plan) -> Result<Vec<Vec<Hash>>, StoreError> {
    let mut all = Vec::with_capacity(plan.needs().len());
    for run in plan.needs() {
        let (first, end) = (run.indices.start as i64, run.indices.end as i64);
        let rows: Vec<Vec<u8>> = if run.height == 0 {
            let sql = "select hash from ledger where seq >= $1 and seq < $2 order by seq";
            sqlx::query_scalar(sql).bind(first).bind(end).fetch_all(&mut *db).await?
        } else {
            let sql = "select hash from tree_node where height = $1 and idx >= $2 and idx < $3 order by idx";
            sqlx::query_scalar(sql).bind(i64::from(run.height)).bind(first).bind(end).fetch_all(&mut *db).await?
        };
        all.push(rows.iter().map(|bytes| hash(bytes)).collect::<Result<Vec<Hash>, _>>()?);
    }
    Ok(all)
}

/// `a, b, c)`: the rest of an `in (`. An empty list matches nothing.
pub(super) fn in_list<'q, S: AsRef<str>>(
    query: &'q mut QueryBuilder<Sqlite>,
    items: &[S],
) -> &'q mut QueryBuilder<Sqlite> {
    let mut list = query.separated(", ");
    for item in items {
        list.push_bind(item.as_ref());
    }
    list.push_unseparated(")");
    query
}
