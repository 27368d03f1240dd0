//! What an export asks of the ledger beside the entries of a case.

use std::ops::Range;

use sqlx::SqliteConnection;

use super::read::ENTRY;
use super::{EntryRead, Reader, StoreError, View, parsed};
use crate::domain::{CaseId, WorkflowId};

impl Reader {
    /// The entries that say when something of a stretch of the ledger may have been missed, oldest first: how the bot itself was in
    /// it, and gaps of what was captured, which may be recorded later, up to `size`.
    ///
    /// # Errors
    /// The database's.
    pub async fn unseen(&self, stretch: &Range<u64>, size: u64) -> Result<Vec<EntryRead>, StoreError> {
        unseen(&mut *self.pool.acquire().await?, stretch, size).await
    }

    /// The cases that a stretch of the ledger is about, in no particular order, and how many of its entries are of none.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn cases_between(&self, from: u64, to: u64) -> Result<(Vec<CaseId>, u64), StoreError> {
        let sql = "select case_id, count(*) from ledger where seq >= $1 and seq < $2 group by case_id";
        let query = sqlx::query_as(sql).bind(from as i64).bind(to as i64);
        let rows: Vec<(Option<String>, i64)> = query.fetch_all(&self.pool).await?;
        let mut of_none = 0;
        let mut cases = Vec::new();
        for (case, count) in rows {
            match case {
                Some(case) => cases.push(parsed(&case, format!("{case} of the ledger"))?),
                None => of_none = count.unsigned_abs(),
            }
        }
        Ok((cases, of_none))
    }

    /// The cases of a workflow, in no particular order.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn cases_of(&self, workflow: &WorkflowId) -> Result<Vec<CaseId>, StoreError> {
        let query = sqlx::query_scalar("select case_id from case_file where workflow = $1").bind(workflow.as_str());
        let cases: Vec<String> = query.fetch_all(&self.pool).await?;
        cases.iter().map(|case| parsed(case, format!("{case} of the cases"))).collect()
    }

    /// These entries, with their words where those are withheld.
    ///
    /// # Errors
    /// The database's.
    pub async fn with_withheld(&self, mut entries: Vec<EntryRead>) -> Result<Vec<EntryRead>, StoreError> {
        for entry in entries.iter_mut().filter(|entry| entry.words.is_none()) {
            let query = sqlx::query_as("select words, words_salt from withheld where seq = $1").bind(entry.seq);
            let found: Option<(String, Vec<u8>)> = query.fetch_optional(&self.pool).await?;
            if let Some((words, salt)) = found {
                (entry.words, entry.words_salt) = (Some(words), Some(salt));
            }
        }
        Ok(entries)
    }

    /// How many entries of a case are among the first of the ledger, and the stretch that they lie in; `None` if there are none.
    ///
    /// # Errors
    /// The database's.
    pub async fn stretch_of(&self, case: CaseId, size: u64) -> Result<Option<(u64, Range<u64>)>, StoreError> {
        let sql = "select count(*), min(seq), max(seq) from ledger where case_id = $1 and seq < $2";
        let (count, first, last): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as(sql).bind(case.to_string()).bind(size as i64).fetch_one(&self.pool).await?;
        let stretch = first.zip(last).map(|(first, last)| first.unsigned_abs()..last.unsigned_abs() + 1);
        Ok(stretch.map(|stretch| (count.unsigned_abs(), stretch)))
    }
}

impl View {
    /// As [`Reader::unseen`], of what was recorded in a stretch of the ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn unseen(&mut self, stretch: &Range<u64>) -> Result<Vec<EntryRead>, StoreError> {
        unseen(&mut self.db, stretch, stretch.end).await
    }
}

async fn unseen(db: &mut SqliteConnection, stretch: &Range<u64>, size: u64) -> Result<Vec<EntryRead>, StoreError> {
    // The gaps have an index of their own.
    let gaps = format!("{ENTRY} where kind = 'capture.gap' and seq >= $1 and seq < $2");
    let bots = format!(
        "{ENTRY} where kind in ('bot.started', 'bot.clock-went-back', 'bot.recovered') and seq >= $1 and seq < $2"
    );
    let mut all = Vec::new();
    for (sql, end) in [(gaps, size), (bots, stretch.end)] {
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(stretch.start as i64).bind(end as i64);
        let found: Vec<EntryRead> = query.fetch_all(&mut *db).await?;
        all.extend(found);
    }
    all.sort_by_key(|entry| entry.seq);
    Ok(all)
}
