//! The ledger from end to end, as fast as the database gives it: for `countersign verify` and `rebuild`.
//!
//! sqlx copies every value of every row out of SQLite, one by one, which costs more than checking the row does. So SQLite
//! hands over [`PACK`] rows as one, each column's values in one string, and only what doesn't fit into that (erased entries,
//! a column that was tampered with) is read row by row. A pack is taken only where its strings can mean nothing else than
//! the rows: every value is there, none holds the separator, and hashes and salts have their length. Measured on a machine
//! with two cores: 1.1 µs an entry instead of 3.

use std::ops::Range;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::StoreError;
use super::figures::NoteRead;
use crate::seal::{Hash, Node};

/// Rows in a pack: few enough that packs of long messages stay small.
const PACK: i64 = 256;

const PACKED: &str = "select count(*), count(leaf), count(kind), count(at_us), count(content), coalesce(sum(case_id = ''), 0), \
     min(length(cast(hash as blob))), max(length(cast(hash as blob))), min(length(cast(salt as blob))), \
     max(length(cast(salt as blob))), group_concat(seq, ' '), group_concat(leaf, char(10)), \
     cast(group_concat(hash, '') as blob), group_concat(coalesce(case_id, ''), char(10)), group_concat(kind, char(10)), \
     group_concat(at_us, ' '), cast(group_concat(salt, '') as blob), group_concat(content, char(10)) \
     from (select seq, leaf, hash, case_id, kind, at_us, salt, content from ledger where seq >= $1 and seq < $2 order by seq)";

const ROWS: &str = "select seq, leaf, hash, case_id, kind, at_us, salt, content from ledger \
     where seq >= $1 and seq < $2 order by seq";

/// A row of the ledger as it lies there; nothing of it is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    pub seq: i64,
    pub leaf: &'a [u8],
    pub hash: &'a [u8],
    pub case: Option<&'a str>,
    pub kind: &'a str,
    pub at_us: i64,
    pub salt: Option<&'a [u8]>,
    pub content: Option<&'a [u8]>,
}

/// One connection that only reads.
pub struct Scan {
    db: SqliteConnection,
}

/// What lies beside the ledger, seen at one moment.
pub struct Beside {
    /// One more than the highest number.
    pub size: u64,
    /// How many rows there are, whatever their numbers.
    pub rows: u64,
    pub nodes: Vec<Node>,
    /// Kept nodes that are no nodes, in words.
    pub strange_nodes: Vec<String>,
    pub notes: Vec<NoteRead>,
}

impl Scan {
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn open(path: &Path) -> Result<Scan, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(std::time::Duration::from_secs(5))
            .pragma("cache_size", "-8192")
            .pragma("mmap_size", "1073741824")
            .row_buffer_size(512)
            .disable_statement_logging();
        let db = options.connect().await.map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
        Ok(Scan { db })
    }

    /// # Errors
    /// The database's.
    pub async fn beside(&mut self) -> Result<Beside, StoreError> {
        let mut view = self.db.begin().await?;
        // A number that was turned into a word sorts after all numbers.
        let last: Option<i64> =
            sqlx::query_scalar("select seq from ledger where seq >= 0 and seq < $1 order by seq desc limit 1")
                .bind(i64::MAX)
                .fetch_optional(&mut *view)
                .await?;
        let rows: i64 = sqlx::query_scalar("select count(*) from ledger").fetch_one(&mut *view).await?;
        let mut beside = Beside {
            size: last.map_or(0, |seq| seq.unsigned_abs() + 1),
            rows: rows.unsigned_abs(),
            nodes: Vec::new(),
            strange_nodes: Vec::new(),
            notes: Vec::new(),
        };
        for row in
            sqlx::query("select height, idx, hash from tree_node order by height, idx").fetch_all(&mut *view).await?
        {
            let (height, index): (i64, i64) = (row.try_get_unchecked(0)?, row.try_get_unchecked(1)?);
            let hash: &[u8] = row.try_get_unchecked(2)?;
            match (u32::try_from(height), u64::try_from(index), <[u8; 32]>::try_from(hash)) {
                (Ok(height), Ok(index), Ok(hash)) => beside.nodes.push(Node { height, index, hash: Hash(hash) }),
                _ => beside.strange_nodes.push(format!(
                    "The tree node kept at height {height}, place {index}, is none: it is {} bytes long.",
                    hash.len()
                )),
            }
        }
        let sql = "select size, at_us, note from checkpoint order by size, at_us";
        beside.notes = sqlx::query_as(sql).fetch_all(&mut *view).await?;
        view.rollback().await?;
        Ok(beside)
    }

    /// Hands over every entry whose number is in the range, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn each(&mut self, seqs: Range<u64>, mut each: impl FnMut(&Raw<'_>)) -> Result<(), StoreError> {
        let end = i64::try_from(seqs.end).unwrap_or(i64::MAX);
        let mut from = i64::try_from(seqs.start).unwrap_or(i64::MAX);
        while from < end {
            let to = from.saturating_add(PACK).min(end);
            let pack = sqlx::query(PACKED).bind(from).bind(to).fetch_one(&mut self.db).await?;
            if unpack(&pack, &mut each).is_none() {
                let rows = sqlx::query(AssertSqlSafe(ROWS)).bind(from).bind(to).fetch_all(&mut self.db).await?;
                for row in &rows {
                    one_by_one(row, &mut each)?;
                }
            }
            from = to;
        }
        Ok(())
    }

    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.db.close().await?)
    }
}

/// `None`, and nothing handed over, if the pack could mean other rows as well.
fn unpack(pack: &SqliteRow, each: &mut impl FnMut(&Raw<'_>)) -> Option<()> {
    let number = |column: usize| pack.try_get::<i64, _>(column).ok();
    let count = number(0)?;
    if count == 0 {
        return Some(());
    }
    let whole = (1..=4).all(|column| number(column) == Some(count))
        && number(5) == Some(0)
        && (6..=9).all(|column| number(column) == Some(32));
    if !whole {
        return None;
    }
    let text = |column: usize| pack.try_get::<&str, _>(column).ok();
    let bytes = |column: usize| pack.try_get::<&[u8], _>(column).ok();
    let count = usize::try_from(count).ok()?;
    let numbers = |column: usize| -> Option<Vec<i64>> {
        let numbers: Vec<i64> = text(column)?.split(' ').map(|word| word.parse().ok()).collect::<Option<_>>()?;
        (numbers.len() == count).then_some(numbers)
    };
    let lines = |column: usize| -> Option<Vec<&str>> {
        let mut lines = Vec::with_capacity(count);
        lines.extend(text(column)?.split('\n'));
        (lines.len() == count).then_some(lines)
    };
    let chunks = |column: usize| -> Option<&[[u8; 32]]> {
        let (chunks, rest) = bytes(column)?.as_chunks::<32>();
        (chunks.len() == count && rest.is_empty()).then_some(chunks)
    };
    let (seqs, leaves, hashes, cases) = (numbers(10)?, lines(11)?, chunks(12)?, lines(13)?);
    let (kinds, moments, salts, contents) = (lines(14)?, numbers(15)?, chunks(16)?, lines(17)?);
    for place in 0..count {
        each(&Raw {
            seq: seqs[place],
            leaf: leaves[place].as_bytes(),
            hash: &hashes[place],
            case: Some(cases[place]).filter(|case| !case.is_empty()),
            kind: kinds[place],
            at_us: moments[place],
            salt: Some(&salts[place]),
            content: Some(contents[place].as_bytes()),
        });
    }
    Some(())
}

fn one_by_one(row: &SqliteRow, each: &mut impl FnMut(&Raw<'_>)) -> Result<(), StoreError> {
    // Unchecked: whatever type a value was given, it is to be compared, not to stop the reading.
    let text = |column: usize| -> Result<Option<String>, StoreError> {
        let bytes: Option<&[u8]> = row.try_get_unchecked(column)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    };
    let (case, kind) = (text(3)?, text(4)?);
    each(&Raw {
        seq: row.try_get_unchecked(0)?,
        leaf: row.try_get_unchecked::<Option<&[u8]>, _>(1)?.unwrap_or_default(),
        hash: row.try_get_unchecked::<Option<&[u8]>, _>(2)?.unwrap_or_default(),
        case: case.as_deref(),
        kind: kind.as_deref().unwrap_or_default(),
        at_us: row.try_get_unchecked::<Option<i64>, _>(5)?.unwrap_or(i64::MIN),
        salt: row.try_get_unchecked(6)?,
        content: row.try_get_unchecked(7)?,
    });
    Ok(())
}
