//! Closed cases that need not be kept for much longer.

use super::write::read_case;
use super::{Reader, StoreError};
use crate::domain::{At, Case};

impl Reader {
    /// Cases that were to be kept until `upto` when they were closed, and of which something is left; those that end first come
    /// first.
    ///
    /// # Errors
    /// As [`Reader::case`].
    pub async fn ending(&self, upto: At, at_most: u32) -> Result<Vec<Case>, StoreError> {
        let sql = "select c.snapshot from case_file c where c.keep_until_us <= $1 and not exists (select 1 from purged p \
                   where p.case_id = c.case_id and p.seq >= (select l.seq from ledger l where l.case_id = c.case_id \
                   order by l.case_seq desc limit 1)) order by c.keep_until_us, c.case_id limit $2";
        let rows: Vec<String> = sqlx::query_scalar(sql).bind(upto.0).bind(at_most).fetch_all(&self.pool).await?;
        rows.iter().map(|snapshot| read_case(snapshot)).collect()
    }
}
