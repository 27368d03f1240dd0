//! What witnesses said of signed heads.

use sqlx::FromRow;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::read::columns;
use super::{Reader, StoreError};
use crate::seal::{Checkpoint, with_lines};

/// What a witness cosigned last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastCosigned {
    /// Of its key.
    pub name: String,
    pub size: i64,
    pub at_us: i64,
}

columns!(LastCosigned { name, size, at_us });

impl Reader {
    /// What each witness cosigned last of a log.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_cosigned(&self, origin: &str) -> Result<Vec<LastCosigned>, StoreError> {
        let sql =
            "select name, max(size) as size, max(at_us) as at_us from cosignature where origin = $1 group by name";
        Ok(sqlx::query_as(sql).bind(origin).fetch_all(&self.pool).await?)
    }

    /// A signed head with what witnesses said of it below its own signature.
    ///
    /// # Errors
    /// The database's.
    pub async fn with_cosignatures(&self, note: &str) -> Result<String, StoreError> {
        let Ok(head) = Checkpoint::unverified(note) else { return Ok(note.to_owned()) };
        let lines = self.cosignatures(&head.origin, head.size).await?;
        Ok(with_lines(note, lines.iter().map(String::as_str)))
    }

    /// The head that was signed of a log over so many entries, without what witnesses said of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn head_of(&self, origin: &str, size: u64) -> Result<Option<String>, StoreError> {
        let sql = "select note from checkpoint where size = $1 and substr(note, 1, length($2) + 1) = $2 || char(10) order by at_us desc limit 1";
        Ok(sqlx::query_scalar(sql).bind(size as i64).bind(origin).fetch_optional(&self.pool).await?)
    }

    /// The signature lines of witnesses on the head of a log over so many entries.
    ///
    /// # Errors
    /// The database's.
    pub async fn cosignatures(&self, origin: &str, size: u64) -> Result<Vec<String>, StoreError> {
        let sql = "select line from cosignature where origin = $1 and size = $2 order by name";
        Ok(sqlx::query_scalar(sql).bind(origin).bind(size as i64).fetch_all(&self.pool).await?)
    }
}
