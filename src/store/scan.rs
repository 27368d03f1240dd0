//! The ledger from end to end, as fast as the database gives it: for `countersign verify` and `rebuild`.
//!
//! sqlx copies every value of every row out of SQLite, one by one, which costs more than checking the row does. So SQLite
//! hands over [`PACK`] rows as one, each column's values in one string, and only what doesn't fit into that (a column that was
//! tampered with) is read row by row. A pack is taken only where its strings can mean nothing else than the rows: every value
//! that must be there is, none holds the separator, and hashes and salts have their length. An empty text stands for no words,
//! no case and no number within one, so a pack with an empty text in their place isn't taken. Measured on a machine with two
//! cores: 1.1 µs an entry instead of 3.

use std::ops::Range;
use std::path::Path;

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::{StoreError, at_rest, failed};
use crate::seal::{Hash, Node};

/// Rows in a pack: few enough that packs of long messages stay small.
const PACK: i64 = 256;

/// The same rows, packed and one by one.
#[derive(Clone, Copy)]
struct Statements {
    packed: &'static str,
    rows: &'static str,
}

macro_rules! statements {
    ($rows:literal) => {
        Statements {
            packed: concat!(
                "select count(*), count(leaf), count(kind), count(at_us), count(facts), \
                 coalesce(sum(case_id = '') + sum(case_seq = ''), 0), coalesce(sum(words = ''), 0), \
                 coalesce(sum((words is null) <> (words_salt is null)), 0), min(length(cast(hash as blob))), max(length(cast(hash as blob))), \
                 min(length(cast(facts_salt as blob))), max(length(cast(facts_salt as blob))), \
                 coalesce(min(length(cast(words_salt as blob))), 32), coalesce(max(length(cast(words_salt as blob))), 32), \
                 group_concat(seq, ' '), group_concat(leaf, char(10)), cast(group_concat(hash, '') as blob), \
                 group_concat(coalesce(case_id, ''), char(10)), group_concat(coalesce(case_seq, ''), ' '), group_concat(kind, char(10)), \
                 group_concat(at_us, ' '), group_concat(facts, char(10)), cast(group_concat(facts_salt, '') as blob), \
                 group_concat(coalesce(words, ''), char(10)), cast(coalesce(group_concat(words_salt, ''), '') as blob) \
                 from (select seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt from ", $rows, " where seq >= $1 and seq < $2 order by seq)"
            ),
            rows: concat!(
                "select seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt from ", $rows, " where seq >= $1 and seq < $2 order by seq"
            ),
        }
    };
}

const LEDGER: Statements = statements!("ledger");

/// With the words that are withheld in their place.
const WITH_WITHHELD: Statements = statements!(
    "(select seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, coalesce(l.words, w.words) as words, \
     coalesce(l.words_salt, w.words_salt) as words_salt from ledger l left join withheld w using (seq))"
);

/// A row of the ledger as it lies there; nothing of it is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    pub seq: i64,
    pub leaf: &'a [u8],
    pub hash: &'a [u8],
    pub case: Option<&'a str>,
    pub case_seq: Option<i64>,
    pub kind: &'a str,
    pub at_us: i64,
    pub facts: Option<&'a [u8]>,
    pub facts_salt: Option<&'a [u8]>,
    pub words: Option<&'a [u8]>,
    pub words_salt: Option<&'a [u8]>,
}

/// Words that are withheld, as they lie there; nothing of it is trusted.
pub struct Withheld<'a> {
    pub seq: i64,
    /// `None`: the ledger has no such entry.
    pub leaf: Option<&'a str>,
    pub facts: Option<&'a str>,
    pub words: &'a [u8],
    pub words_salt: &'a [u8],
    pub case: Option<&'a str>,
    pub kind: &'a str,
    /// As with a head.
    pub as_written: bool,
}

/// One connection that only reads.
pub struct Scan {
    db: SqliteConnection,
    of: Statements,
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
    pub notes: Vec<NoteKept>,
    /// The entries by which the key of the heads was changed: number, leaf, facts.
    pub key_changes: Vec<(i64, String, String)>,
    pub cosignatures: Vec<CosignatureKept>,
    /// The texts of all policies, where there are cosignatures.
    pub policies: Vec<String>,
}

/// A signed head as it lies there; nothing of it is trusted.
pub struct NoteKept {
    pub size: i64,
    pub note: String,
    /// Its values are of the types that they are written with: others can't be read by a bot.
    pub as_written: bool,
}

/// What a witness said of a head, as it lies there; nothing of it is trusted.
pub struct CosignatureKept {
    pub origin: String,
    pub size: i64,
    pub name: String,
    pub line: String,
    /// As with a head.
    pub as_written: bool,
}

impl Scan {
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn open(path: &Path) -> Result<Scan, StoreError> {
        Scan::of(LEDGER, path).await
    }

    /// As [`Scan::open`], and words that are withheld are read as if they weren't: for whoever erases them.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn open_with_withheld(path: &Path) -> Result<Scan, StoreError> {
        Scan::of(WITH_WITHHELD, path).await
    }

    async fn of(of: Statements, path: &Path) -> Result<Scan, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .immutable(at_rest(path).is_some())
            .busy_timeout(std::time::Duration::from_secs(5))
            .pragma("cache_size", "-8192")
            .pragma("mmap_size", "1073741824")
            .row_buffer_size(512)
            .disable_statement_logging();
        let db = options.connect().await.map_err(failed(path))?;
        Ok(Scan { db, of })
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
            key_changes: Vec::new(),
            cosignatures: Vec::new(),
            policies: Vec::new(),
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
        let sql = "select seq, cast(leaf as text), cast(coalesce(facts, '') as text) from ledger where kind = 'key.rotated' order by seq";
        beside.key_changes = sqlx::query_as(sql).fetch_all(&mut *view).await?;
        let sql = "select size, note, typeof(size) = 'integer' and typeof(at_us) = 'integer' and typeof(note) = 'text' from checkpoint \
                   order by size, at_us";
        for row in sqlx::query(sql).fetch_all(&mut *view).await? {
            let note = text(&row, 1)?.unwrap_or_default();
            beside.notes.push(NoteKept {
                size: row.try_get_unchecked(0)?,
                note,
                as_written: row.try_get_unchecked(2)?,
            });
        }
        let sql = "select origin, size, name, line, typeof(origin) = 'text' and typeof(size) = 'integer' and typeof(name) = 'text' \
                   and typeof(line) = 'text' and typeof(first_us) = 'integer' and typeof(at_us) = 'integer' from cosignature \
                   order by size, origin, name";
        for row in sqlx::query(sql).fetch_all(&mut *view).await? {
            beside.cosignatures.push(CosignatureKept {
                origin: text(&row, 0)?.unwrap_or_default(),
                size: row.try_get_unchecked(1)?,
                name: text(&row, 2)?.unwrap_or_default(),
                line: text(&row, 3)?.unwrap_or_default(),
                as_written: row.try_get_unchecked(4)?,
            });
        }
        // Only they say who the witnesses are.
        if !beside.cosignatures.is_empty() {
            for row in sqlx::query("select body from policy where body is not null").fetch_all(&mut *view).await? {
                beside.policies.extend(text(&row, 0)?);
            }
        }
        view.rollback().await?;
        Ok(beside)
    }

    /// One more than the highest number of an entry.
    ///
    /// # Errors
    /// The database's.
    pub async fn size(&mut self) -> Result<u64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("select max(seq) from ledger").fetch_one(&mut self.db).await?;
        Ok(last.map_or(0, |seq| seq.unsigned_abs() + 1))
    }

    /// What SQLite's own check of tables and indexes finds, in its words.
    ///
    /// # Errors
    /// The database's.
    pub async fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        let said: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(&mut self.db).await?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
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
            let pack = self.pack(from, to).await?;
            if unpack(&pack, &mut each).is_none() {
                let rows = self.rows(from, to).await?;
                for row in &rows {
                    one_by_one(row, &mut each)?;
                }
            }
            from = to;
        }
        Ok(())
    }

    /// Boxed, as is what else waits for the database here: whoever reads with a closure of their own would have it compiled anew.
    fn pack(&mut self, from: i64, to: i64) -> BoxFuture<'_, Result<SqliteRow, sqlx::Error>> {
        Box::pin(sqlx::query(self.of.packed).bind(from).bind(to).fetch_one(&mut self.db))
    }

    fn rows(&mut self, from: i64, to: i64) -> BoxFuture<'_, Result<Vec<SqliteRow>, sqlx::Error>> {
        Box::pin(sqlx::query(self.of.rows).bind(from).bind(to).fetch_all(&mut self.db))
    }

    /// Words that are withheld, with the entries that they belong to, as they lie there.
    ///
    /// # Errors
    /// The database's.
    pub async fn withheld(&mut self, mut each: impl FnMut(&Withheld<'_>)) -> Result<(), StoreError> {
        let sql = "select w.seq, l.leaf, l.facts, w.words, w.words_salt, l.case_id, l.kind, \
                   typeof(w.words) = 'text' and typeof(w.words_salt) = 'blob' from withheld w left join ledger l using (seq) order by w.seq";
        let mut rows = sqlx::query(sql).fetch(&mut self.db);
        while let Some(row) = rows.try_next().await? {
            let row = &row;
            let (leaf, facts) = (text(row, 1)?, text(row, 2)?);
            let (case, kind) = (text(row, 5)?, text(row, 6)?);
            each(&Withheld {
                seq: row.try_get_unchecked(0)?,
                leaf: leaf.as_deref(),
                facts: facts.as_deref(),
                words: row.try_get_unchecked::<Option<&[u8]>, _>(3)?.unwrap_or_default(),
                words_salt: row.try_get_unchecked::<Option<&[u8]>, _>(4)?.unwrap_or_default(),
                case: case.as_deref(),
                kind: kind.as_deref().unwrap_or_default(),
                as_written: row.try_get_unchecked(7)?,
            });
        }
        Ok(())
    }

    /// Whether something was erased or withheld from this entry on.
    ///
    /// # Errors
    /// The database's.
    pub async fn was_taken_from_since(&mut self, size: u64) -> Result<bool, StoreError> {
        let sql = "select count(*) from ledger where kind in ('words.withheld', 'words.erased') and seq >= $1";
        let count: i64 = sqlx::query_scalar(sql).bind(size as i64).fetch_one(&mut self.db).await?;
        Ok(count > 0)
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
        && (5..=7).all(|column| number(column) == Some(0))
        && (8..=13).all(|column| number(column) == Some(32));
    if !whole {
        return None;
    }
    let text = |column: usize| pack.try_get::<&str, _>(column).ok();
    let count = usize::try_from(count).ok()?;
    let numbers = |column: usize| -> Option<Vec<Option<i64>>> {
        let number = |word: &str| if word.is_empty() { Some(None) } else { word.parse().ok().map(Some) };
        let numbers: Vec<Option<i64>> = text(column)?.split(' ').map(number).collect::<Option<_>>()?;
        (numbers.len() == count).then_some(numbers)
    };
    let lines = |column: usize| -> Option<Vec<&str>> {
        let mut lines = Vec::with_capacity(count);
        lines.extend(text(column)?.split('\n'));
        (lines.len() == count).then_some(lines)
    };
    let chunks = |column: usize, count: usize| -> Option<&[[u8; 32]]> {
        let (chunks, rest) = pack.try_get::<&[u8], _>(column).ok()?.as_chunks::<32>();
        (chunks.len() == count && rest.is_empty()).then_some(chunks)
    };
    let (seqs, leaves, hashes, cases) = (numbers(14)?, lines(15)?, chunks(16, count)?, lines(17)?);
    let (case_seqs, kinds, moments) = (numbers(18)?, lines(19)?, numbers(20)?);
    let (facts, facts_salts, words) = (lines(21)?, chunks(22, count)?, lines(23)?);
    let spoken = words.iter().filter(|words| !words.is_empty()).count();
    let mut words_salts = chunks(24, spoken)?.iter();
    if seqs.iter().chain(&moments).any(Option::is_none) {
        return None;
    }
    for place in 0..count {
        let words = Some(words[place].as_bytes()).filter(|words| !words.is_empty());
        each(&Raw {
            seq: seqs[place].unwrap_or_default(),
            leaf: leaves[place].as_bytes(),
            hash: &hashes[place],
            case: Some(cases[place]).filter(|case| !case.is_empty()),
            case_seq: case_seqs[place],
            kind: kinds[place],
            at_us: moments[place].unwrap_or_default(),
            facts: Some(facts[place].as_bytes()),
            facts_salt: Some(&facts_salts[place]),
            words,
            words_salt: words.and_then(|_| words_salts.next()).map(|salt| &salt[..]),
        });
    }
    Some(())
}

fn one_by_one(row: &SqliteRow, each: &mut impl FnMut(&Raw<'_>)) -> Result<(), StoreError> {
    let (case, kind) = (text(row, 3)?, text(row, 5)?);
    each(&Raw {
        seq: row.try_get_unchecked(0)?,
        leaf: row.try_get_unchecked::<Option<&[u8]>, _>(1)?.unwrap_or_default(),
        hash: row.try_get_unchecked::<Option<&[u8]>, _>(2)?.unwrap_or_default(),
        case: case.as_deref(),
        case_seq: row.try_get_unchecked(4)?,
        kind: kind.as_deref().unwrap_or_default(),
        at_us: row.try_get_unchecked::<Option<i64>, _>(6)?.unwrap_or(i64::MIN),
        facts: row.try_get_unchecked(7)?,
        facts_salt: row.try_get_unchecked(8)?,
        words: row.try_get_unchecked(9)?,
        words_salt: row.try_get_unchecked(10)?,
    });
    Ok(())
}

/// Unchecked: whatever type a value was given, it is to be compared, not to stop the reading.
fn text(row: &SqliteRow, column: usize) -> Result<Option<String>, StoreError> {
    let bytes: Option<&[u8]> = row.try_get_unchecked(column)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}
