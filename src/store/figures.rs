//! What figures are made of: one view of the database, so that numbers read one after the other belong together, and long
//! stretches streamed, so that memory doesn't follow the history.

use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder, Row, Sqlite, Transaction};

use super::read::in_list;
use super::read::{ENTRY, columns, fetch};
use super::write::read_case;
use super::{DutyFigures, EntryRead, Reader, StoreError, parsed, unreadable};
use crate::domain::{At, Bot, Case, CaseId, WorkflowId};
use crate::seal::{Frontier, Hash, Plan};

/// SQLite takes 32,766 placeholders in a statement.
const IN_LIST: usize = 1_000;

/// The database as it is at one moment, whatever is committed meanwhile.
pub struct View {
    pub(super) db: Transaction<'static, Sqlite>,
}

/// An obligation, and whether its case is restricted.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyRead {
    pub figures: DutyFigures,
    pub restricted: bool,
}

impl DutyRead {
    fn read(row: &SqliteRow) -> Result<DutyRead, StoreError> {
        let (case, number): (&str, u32) = (row.try_get("case_id")?, row.try_get("number")?);
        let name = format!("{case}, {number} of the duties");
        let figures = DutyFigures {
            case: parsed(case, &name)?,
            number,
            workflow: row.try_get::<&str, _>("workflow")?.into(),
            duty: parsed(row.try_get("duty")?, &name)?,
            role: row.try_get("role")?,
            person: row.try_get("person")?,
            party: row.try_get("party")?,
            opened_us: row.try_get("opened_us")?,
            due_us: row.try_get("due_us")?,
            target_us: row.try_get("target_us")?,
            took_us: row.try_get("took_us")?,
            late_us: row.try_get("late_us")?,
            closed_us: row.try_get("closed_us")?,
            state: parsed(row.try_get("state")?, &name)?,
            paused_us: row.try_get("paused_us")?,
            nudges: row.try_get("nudges")?,
            escalations: row.try_get("escalations")?,
            last_told_us: row.try_get("last_told_us")?,
            attributed: row.try_get("attributed")?,
            behind_us: row.try_get("behind_us")?,
            excepted: row.try_get("excepted")?,
        };
        Ok(DutyRead { figures, restricted: row.try_get("restricted")? })
    }
}

/// A signed head, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRead {
    pub size: i64,
    pub at_us: i64,
    pub note: String,
}

columns!(NoteRead { size, at_us, note });

impl Reader {
    /// Looks at the database as it is now, for several questions.
    ///
    /// # Errors
    /// The database's.
    pub async fn view(&self) -> Result<View, StoreError> {
        Ok(View { db: self.pool.begin().await? })
    }

    /// Closes all connections of the pool, so that whoever closes last folds the write-ahead log in.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// All signed heads, the largest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn heads(&self) -> Result<Vec<NoteRead>, StoreError> {
        let sql = "select size, at_us, note from checkpoint order by size desc, at_us desc";
        Ok(sqlx::query_as(sql).fetch_all(&self.pool).await?)
    }
}

impl View {
    /// How many entries were recorded by a moment, it included.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the ledger has a hole: `countersign verify` tells where.
    pub async fn size_at(&mut self, at: At) -> Result<u64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("select max(seq) from ledger").fetch_one(&mut *self.db).await?;
        // Moments never go back along the ledger, so the place can be found by halving.
        let (mut low, mut high) = (0, last.map_or(0, |seq| seq + 1));
        while low < high {
            let middle = low + (high - low) / 2;
            let at_us: Option<i64> = sqlx::query_scalar("select at_us from ledger where seq = $1")
                .bind(middle)
                .fetch_optional(&mut *self.db)
                .await?;
            match at_us {
                None => return Err(StoreError::Missing(format!("ledger entry {middle}"))),
                Some(at_us) if at_us <= at.0 => low = middle + 1,
                Some(_) => high = middle,
            }
        }
        Ok(low as u64)
    }

    /// The tree's root as it was at a size.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn root(&mut self, size: u64) -> Result<Hash, StoreError> {
        let plan = Plan::frontier(size);
        let fetched = fetch(&mut self.db, &plan).await?;
        let roots = plan.build(&fetched).map_err(|error| StoreError::Missing(error.to_string()))?;
        let frontier =
            Frontier::restore(size, roots).ok_or_else(|| StoreError::Missing(format!("tree of size {size}")))?;
        Ok(frontier.root())
    }

    /// The last head that was signed by a moment.
    ///
    /// # Errors
    /// The database's.
    pub async fn checkpoint_at(&mut self, at: At) -> Result<Option<NoteRead>, StoreError> {
        let sql = "select size, at_us, note from checkpoint where at_us <= $1 order by size desc, at_us desc limit 1";
        Ok(sqlx::query_as(sql).bind(at.0).fetch_optional(&mut *self.db).await?)
    }

    /// By the names of witnesses, the largest head of a log that each had cosigned by a moment.
    ///
    /// # Errors
    /// The database's.
    pub async fn cosigned_at(&mut self, origin: &str, at: At) -> Result<Vec<(String, i64)>, StoreError> {
        let sql =
            "select name, max(size) from cosignature where origin = $1 and first_us <= $2 group by name order by name";
        Ok(sqlx::query_as(sql).bind(origin).bind(at.0).fetch_all(&mut *self.db).await?)
    }

    /// How many messages were given up, by the entries of a stretch of the ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn undeliverable(&mut self, entries: std::ops::Range<u64>) -> Result<u64, StoreError> {
        let sql = "select count(*) from ledger where seq >= $1 and seq < $2 and kind = 'told.undeliverable'";
        let (first, end) = (entries.start as i64, entries.end as i64);
        let count: i64 = sqlx::query_scalar(sql).bind(first).bind(end).fetch_one(&mut *self.db).await?;
        Ok(count.unsigned_abs())
    }

    /// Cases of which something became true from an entry on.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn ruled_since(&mut self, size: u64) -> Result<Vec<CaseId>, StoreError> {
        // Said in this way so that the new entries are read, and not the index of all cases.
        let sql = "select distinct case_id from ledger where seq >= $1 and coalesce(case_id, '') <> '' \
                   and kind not like 'said.%' and kind not like 'told.%'";
        let cases: Vec<String> = sqlx::query_scalar(sql).bind(size as i64).fetch_all(&mut *self.db).await?;
        cases.iter().map(|case| parsed(case, format!("{case} of the ledger"))).collect()
    }

    /// What became true of a case in the first `size` entries of the ledger, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn rulings_of(&mut self, case: CaseId, size: u64) -> Result<Vec<EntryRead>, StoreError> {
        let sql = format!(
            "{ENTRY} where case_id = $1 and seq < $2 and kind not like 'said.%' and kind not like 'told.%' order by case_seq"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(case.to_string()).bind(size as i64).fetch_all(&mut *self.db).await?)
    }

    /// Whom these pseudonyms stand for, as far as anybody knows: `(pseudonym, subject)`.
    ///
    /// # Errors
    /// The database's.
    pub async fn subjects(&mut self, pseudonyms: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        super::read::subjects(&mut self.db, pseudonyms).await
    }

    /// Hands over every obligation that is open, or was closed at `since` or later. One after the other, in no particular
    /// order.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn each_duty(
        &mut self,
        since: At,
        workflows: &[WorkflowId],
        mut each: impl FnMut(DutyRead),
    ) -> Result<(), StoreError> {
        // Each half has an index of its own, so that what was closed before isn't read. A bound on the opening would lead
        // SQLite to the index of that, and so through the whole history.
        for closed in [true, false] {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
                "select d.*, c.restricted from duty d join case_file c on c.case_id = d.case_id where d.closed_us ",
            );
            match closed {
                true => query.push(">= ").push_bind(since.0),
                false => query.push("is null"),
            };
            if !workflows.is_empty() {
                query.push(" and d.workflow in (");
                in_list(&mut query, &workflows.iter().map(WorkflowId::as_str).collect::<Vec<_>>());
            }
            let mut duties = query.build().fetch(&mut *self.db);
            while let Some(row) = duties.try_next().await? {
                each(DutyRead::read(&row)?);
            }
        }
        Ok(())
    }

    /// How many times since an entry something may have been said that wasn't heard.
    ///
    /// # Errors
    /// The database's.
    pub async fn gaps_since(&mut self, seq: u64) -> Result<u64, StoreError> {
        let sql = "select count(*) from ledger where kind = 'capture.gap' and seq >= $1";
        let count: i64 = sqlx::query_scalar(sql).bind(seq as i64).fetch_one(&mut *self.db).await?;
        Ok(count.unsigned_abs())
    }

    /// Hands over every case of these kinds that is open, or was closed at `since` or later. One after the other, in no
    /// particular order.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn each_case(
        &mut self,
        kinds: &[&str],
        since: At,
        workflows: &[WorkflowId],
        mut each: impl FnMut(Case),
    ) -> Result<(), StoreError> {
        // Each half has an index of its own, as the duties have.
        for closed in [true, false] {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("select snapshot from case_file where closed_us ");
            match closed {
                true => query.push(">= ").push_bind(since.0),
                false => query.push("is null"),
            };
            query.push(" and kind in (");
            in_list(&mut query, kinds);
            if !workflows.is_empty() {
                query.push(" and workflow in (");
                in_list(&mut query, &workflows.iter().map(WorkflowId::as_str).collect::<Vec<_>>());
            }
            let mut cases = query.build().fetch(&mut *self.db);
            while let Some(row) = cases.try_next().await? {
                each(read_case(row.get(0))?);
            }
        }
        Ok(())
    }

    /// The restricted cases that are open, or were closed at `since` or later.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn restricted_since(&mut self, since: At) -> Result<Vec<Case>, StoreError> {
        let sql = "select snapshot from case_file where restricted and (closed_us is null or closed_us >= $1)";
        let rows = sqlx::query(sql).bind(since.0).fetch_all(&mut *self.db).await?;
        rows.iter().map(|row| read_case(row.get(0))).collect()
    }

    /// Those of these cases that there are, in no particular order.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases(&mut self, ids: &[CaseId]) -> Result<Vec<Case>, StoreError> {
        let mut cases = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IN_LIST) {
            let names: Vec<String> = ids.iter().map(CaseId::to_string).collect();
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("select snapshot from case_file where case_id in (");
            let rows = in_list(&mut query, &names).build().fetch_all(&mut *self.db).await?;
            for row in &rows {
                cases.push(read_case(row.get(0))?);
            }
        }
        Ok(cases)
    }

    /// The text of a policy that is or was in force; `None` where it was erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn policy(&mut self, hash: &str) -> Result<Option<String>, StoreError> {
        super::read::policy(&mut self.db, hash).await
    }

    /// The hash of the policy in force.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn policy_in_force(&mut self) -> Result<Option<String>, StoreError> {
        let snapshot: Option<String> =
            sqlx::query_scalar("select snapshot from bot where id = 1").fetch_optional(&mut *self.db).await?;
        let Some(snapshot) = snapshot else { return Ok(None) };
        let bot: Bot = serde_json::from_str(&snapshot).map_err(unreadable("bot"))?;
        Ok(bot.policy.map(|hash| hash.to_string()))
    }

    /// The ledger's last entry.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_entry(&mut self) -> Result<Option<EntryRead>, StoreError> {
        let sql = format!("{ENTRY} order by seq desc limit 1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(&mut *self.db).await?)
    }
}
