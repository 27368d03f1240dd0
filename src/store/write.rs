//! The one writing connection: what the desk must know to decide, and the commit.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::{Commit, StoreError, parsed, unreadable};
use crate::domain::{At, Bot, Case, CaseId, CaseKind, Lane};
use crate::seal::{Frontier, Hash, Plan};

pub struct Writer {
    db: SqliteConnection,
}

/// Where the ledger stands: enough to go on.
pub struct Head {
    pub frontier: Frontier,
    /// Hash of the last entry.
    pub last: Option<Hash>,
    pub last_at: At,
}

/// A message of the transcript, as the desk needs it to record an edit or a deletion.
pub struct StoredMessage {
    /// Absent for one of several parts: each is of a case of its own, and stands in that case's entry.
    pub body: Option<String>,
    pub case: Option<CaseId>,
}

impl Writer {
    pub(super) fn new(db: SqliteConnection) -> Writer {
        Writer { db }
    }

    /// Writes everything or nothing. When this returns, it is on the disk, and every reader sees it; before, none sees any of
    /// it. Readers never hold it up.
    ///
    /// # Errors
    /// Disk full, read-only, locked … In each case the database is as it was before.
    pub async fn commit(&mut self, commit: &Commit) -> Result<(), StoreError> {
        // Not sqlx's own transaction: where SQLite has rolled back by itself (disk full), that one counts itself open for ever.
        sqlx::query("begin immediate").execute(&mut self.db).await?;
        let written = match commit.write(&mut self.db).await {
            Ok(()) => sqlx::query("commit").execute(&mut self.db).await.map(drop).map_err(StoreError::from),
            Err(error) => Err(error),
        };
        if written.is_err() {
            // Fails where there is nothing left to roll back, which is as good.
            let _rolled_back = sqlx::query("rollback").execute(&mut self.db).await;
        }
        written
    }

    /// The right edge of the tree, from a few hundred rows at most.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if hashes that must be there aren't: `countersign verify` tells where.
    pub async fn head(&mut self) -> Result<Head, StoreError> {
        let last = sqlx::query("select seq, hash, at_us from ledger order by seq desc limit 1")
            .fetch_optional(&mut self.db)
            .await?;
        let Some(last) = last else {
            return Ok(Head { frontier: Frontier::new(), last: None, last_at: At(0) });
        };
        let size = last.get::<i64, _>(0) as u64 + 1;
        let hash = hash(&last.get::<Vec<u8>, _>(1))?;
        let frontier = self.frontier(size).await?;
        Ok(Head { frontier, last: Some(hash), last_at: At(last.get(2)) })
    }

    /// The tree as it was at a size.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn frontier(&mut self, size: u64) -> Result<Frontier, StoreError> {
        let plan = Plan::frontier(size);
        let fetched = super::read::fetch(&mut self.db, &plan).await?;
        let roots = plan.build(&fetched).map_err(|error| StoreError::Missing(error.to_string()))?;
        Frontier::restore(size, roots).ok_or_else(|| StoreError::Missing(format!("tree of size {size}")))
    }

    /// The note of the last signed head that the database knows.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_checkpoint(&mut self) -> Result<Option<String>, StoreError> {
        let sql = "select note from checkpoint order by at_us desc, size desc limit 1";
        Ok(sqlx::query_scalar(sql).fetch_optional(&mut self.db).await?)
    }

    /// What concerns no single case; `None` before the first commit.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn bot(&mut self) -> Result<Option<Bot>, StoreError> {
        let snapshot: Option<String> =
            sqlx::query_scalar("select snapshot from bot where id = 1").fetch_optional(&mut self.db).await?;
        snapshot.map(|text| serde_json::from_str(&text).map_err(unreadable("bot"))).transpose()
    }

    /// The text of a policy that is or was in force.
    ///
    /// # Errors
    /// The database's.
    pub async fn policy(&mut self, hash: &str) -> Result<Option<String>, StoreError> {
        let text =
            sqlx::query_scalar("select body from policy where hash = $1").bind(hash).fetch_optional(&mut self.db);
        Ok(text.await?)
    }

    /// The highest number that a case of this kind has, 0 if there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn highest_number(&mut self, kind: CaseKind) -> Result<u32, StoreError> {
        let number =
            sqlx::query_scalar("select coalesce(max(number), 0) from case_file where kind = $1").bind(kind.word());
        Ok(number.fetch_one(&mut self.db).await?)
    }

    /// The entries of what was heard before, by the keys of their causes: `(key, facts, words)`. Keys that weren't heard are
    /// left out. Words that were erased since are `None`.
    ///
    /// # Errors
    /// The database's.
    pub async fn heard_before(&mut self, keys: &[String]) -> Result<Vec<(String, String, Option<String>)>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "select c.key, l.facts, l.words from cause c join ledger l on l.seq = c.seq where c.key in (",
        );
        Ok(in_list(&mut query, keys).build_query_as().fetch_all(&mut self.db).await?)
    }

    /// Whom every pseudonym stands for, as far as anybody knows: `(pseudonym, subject)`.
    ///
    /// # Errors
    /// The database's.
    pub async fn subjects(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as("select pseudonym, subject from subject").fetch_all(&mut self.db).await?)
    }

    /// The number that the last entry of each of these cases has within it; those without an entry are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_case_seqs(&mut self, ids: &[CaseId]) -> Result<Vec<(CaseId, u64)>, StoreError> {
        let names: Vec<String> = ids.iter().map(CaseId::to_string).collect();
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("select case_id, max(case_seq) from ledger where case_id in (");
        let rows = in_list(&mut query, &names).push(" group by case_id").build().fetch_all(&mut self.db).await?;
        let read = |row: &SqliteRow| {
            let case: &str = row.try_get(0)?;
            let last: i64 = row.try_get(1)?;
            Ok((parsed(case, format!("{case} of the ledger"))?, last.unsigned_abs()))
        };
        rows.iter().map(read).collect()
    }

    /// Those of these cases that there are, in no particular order.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases(&mut self, ids: &[CaseId]) -> Result<Vec<Case>, StoreError> {
        let names: Vec<String> = ids.iter().map(CaseId::to_string).collect();
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("select snapshot from case_file where case_id in (");
        let rows = in_list(&mut query, &names).build().fetch_all(&mut self.db).await?;
        rows.iter().map(|row| read_case(row.get(0))).collect()
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
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("select case_id, snapshot from case_file where wake_us <= ");
        query.push_bind(now.0);
        leave_out(&mut query, but).push(" order by wake_us limit ").push_bind(at_most);
        let rows = query.build().fetch_all(&mut self.db).await?;
        Ok(rows.iter().map(|row| (row.get(0), read_case(row.get(1)))).collect())
    }

    /// When the next case wants to be woken, these aside.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_wake(&mut self, but: &[String]) -> Result<Option<At>, StoreError> {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("select min(wake_us) from case_file where wake_us is not null");
        let wake: Option<i64> = leave_out(&mut query, but).build_query_scalar().fetch_one(&mut self.db).await?;
        Ok(wake.map(At))
    }

    /// The case whose card this message is.
    ///
    /// # Errors
    /// The database's.
    pub async fn case_of_card(&mut self, lane: &Lane, message: &str) -> Result<Option<CaseId>, StoreError> {
        let case: Option<String> = sqlx::query_scalar("select case_id from card where lane = $1 and message = $2")
            .bind(lane.to_string())
            .bind(message)
            .fetch_optional(&mut self.db)
            .await?;
        case.map(|case| parsed(&case, format!("{case}, {lane} of the cards"))).transpose()
    }

    /// A message of a lane as it stands now, edited or deleted.
    ///
    /// # Errors
    /// The database's.
    pub async fn message(&mut self, lane: &Lane, id: &str) -> Result<Option<StoredMessage>, StoreError> {
        let row = sqlx::query("select body, case_id, parts from message where lane = $1 and id = $2")
            .bind(lane.to_string())
            .bind(id)
            .fetch_optional(&mut self.db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let case: Option<&str> = row.get(1);
        Ok(Some(StoredMessage {
            body: (row.get::<i64, _>(2) == 1).then(|| row.get(0)),
            case: case.map(|case| parsed(case, format!("{id} of the messages in {lane}"))).transpose()?,
        }))
    }

    /// Closes the connection, so that the write-ahead log is folded into the database file.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.db.close().await?)
    }
}

/// Nearly always nothing is left out, and the statement is the same one.
fn leave_out<'q>(query: &'q mut QueryBuilder<Sqlite>, but: &[String]) -> &'q mut QueryBuilder<Sqlite> {
    if !but.is_empty() {
        query.push(" and case_id not in (");
        in_list(query, but);
    }
    query
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

pub(super) fn read_case(snapshot: &str) -> Result<Case, StoreError> {
    serde_json::from_str(snapshot).map_err(unreadable("case_file"))
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| StoreError::Missing("hash of 32 bytes".to_owned()))?;
    Ok(Hash(bytes))
}
