//! The index of what people said: which entries hold which words. A file beside the database, never in it, made of the ledger
//! and of nothing else: whoever deletes it, or finds it damaged, has it made anew. It holds the words that are searched for and no
//! text: what is shown is read from the ledger, so that what was erased there is shown nowhere.
//!
//! SQLite says itself that what was deleted from such an index leaves traces. So an erasure deletes the file
//! ([`SearchIndex::forget`]), and it is filled again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::{BUSY, StoreError};

/// How the tables below are made. Another number, and the file is made anew.
const VERSION: i64 = 1;

/// As words are told apart here and in what is shown: letters and digits, without regard to capitals and accents.
const TOKENS: &str = "tokenize='unicode61 remove_diacritics 2'";

/// What one entry says, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    pub seq: i64,
    pub text: String,
    /// Words that no person typed: where it was said, by whom, of which case. See [`Wanted::place`].
    pub place: String,
}

/// What is looked for. Both are expressions of FTS5, made by the program: no person's text is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub text: String,
    pub place: String,
    /// Entries from this one on, and before that one.
    pub from: i64,
    pub before: i64,
}

/// How far the index goes: it holds the entries before `upto`, and `mark` is of the last of them, so that an index of another
/// ledger is known as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpTo {
    pub upto: i64,
    pub mark: String,
}

/// A piece of a text around what was found, and whether it is that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_hit: bool,
}

#[derive(Clone)]
pub struct SearchIndex {
    path: PathBuf,
    /// One that fills and one that finds, so that nobody waits for a page while it is filled.
    fills: Arc<Mutex<Option<Connection>>>,
    finds: Arc<Mutex<Option<Connection>>>,
    /// Held while it is filled or forgotten, so that nothing that was read before is taken in after. Whether it was looked through
    /// since the start.
    pub filling: Arc<tokio::sync::Mutex<bool>>,
}

impl SearchIndex {
    /// Nothing is opened before it is needed.
    pub fn at(path: PathBuf) -> SearchIndex {
        SearchIndex { path, fills: Arc::default(), finds: Arc::default(), filling: Arc::default() }
    }

    /// How far it goes; nothing where it isn't there yet.
    ///
    /// # Errors
    /// The disk's.
    pub async fn up_to(&self) -> Result<UpTo, StoreError> {
        self.filling(|db| {
            let read = |row: &rusqlite::Row<'_>| Ok(UpTo { upto: row.get(0)?, mark: row.get(1)? });
            Ok(db.prepare_cached("select upto, mark from filled")?.query_row((), read).optional()?.unwrap_or_default())
        })
        .await
    }

    /// Takes in the entries that follow, those that say nothing left out, as one commit.
    ///
    /// # Errors
    /// The disk's: then nothing of it is in.
    pub async fn add(&self, docs: Vec<Doc>, upto: UpTo) -> Result<(), StoreError> {
        self.filling(move |db| {
            let all = db.transaction()?;
            {
                let mut insert =
                    all.prepare_cached("insert or replace into said (rowid, text, place) values (?1, ?2, ?3)")?;
                for Doc { seq, text, place } in &docs {
                    insert.execute(params![seq, text, place])?;
                }
                all.prepare_cached("insert or replace into filled (id, upto, mark) values (1, ?1, ?2)")?
                    .execute(params![upto.upto, upto.mark])?;
            }
            all.commit()
        })
        .await
    }

    /// The entries that hold it, the newest first, `at_most` so many.
    ///
    /// # Errors
    /// The disk's.
    pub async fn find(&self, wanted: Wanted, at_most: u32) -> Result<Vec<i64>, StoreError> {
        self.run(&self.finds, move |db| {
            let Wanted { text, place, from, before } = &wanted;
            let expression = format!("text : ({text}) AND place : ({place})");
            let sql = "select rowid from said where said match ?1 and rowid >= ?2 and rowid < ?3 order by rowid desc limit ?4";
            let mut find = db.prepare_cached(sql)?;
            let found = find.query_map(params![expression, from, before, at_most], |row| row.get(0))?;
            found.collect()
        })
        .await
    }

    /// Whether it is whole, as far as SQLite can tell. Reads all of it.
    ///
    /// # Errors
    /// The disk's.
    pub async fn is_whole(&self) -> Result<bool, StoreError> {
        let checked = self.filling(|db| {
            let said: String = db.query_row("pragma quick_check(1)", (), |row| row.get(0))?;
            db.execute("insert into said (said) values ('integrity-check')", ())?;
            Ok(said == "ok")
        });
        match checked.await {
            Err(error) if error.is_of_a_damaged_index() => Ok(false),
            checked => checked,
        }
    }

    /// Deletes the file and what SQLite keeps beside it, so that nothing is left of what was erased in the ledger. It is filled
    /// again from what is there.
    ///
    /// # Errors
    /// The disk's.
    pub async fn forget(&self) -> Result<(), StoreError> {
        let _nobody_fills = self.filling.lock().await;
        self.begin_anew().await
    }

    /// The same, by whoever fills it.
    ///
    /// # Errors
    /// The disk's.
    pub async fn begin_anew(&self) -> Result<(), StoreError> {
        let all = self.clone();
        unless_it_broke(tokio::task::spawn_blocking(move || {
            let (mut fills, mut finds) = (lock(&all.fills), lock(&all.finds));
            (*fills, *finds) = (None, None);
            delete(&all.path)
        }))
        .await
    }

    async fn filling<T: Send + 'static>(
        &self,
        with: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(&self.fills, with).await
    }

    async fn run<T: Send + 'static>(
        &self,
        connection: &Arc<Mutex<Option<Connection>>>,
        with: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (path, connection) = (self.path.clone(), connection.clone());
        unless_it_broke(tokio::task::spawn_blocking(move || {
            let mut held = lock(&connection);
            let db = match &mut *held {
                Some(db) => db,
                none => none.insert(open(&path)?),
            };
            with(db).map_err(|error| StoreError::Search { path, source: error })
        }))
        .await
    }
}

impl StoreError {
    /// Whether the index is no such file any more, or was damaged: it is deleted and made anew, and nothing is lost.
    pub fn is_of_a_damaged_index(&self) -> bool {
        let StoreError::Search { source, .. } = self else { return false };
        // It ends where it shouldn't.
        let is_cut_off = |error: &rusqlite::ffi::Error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ;
        if source.sqlite_error().is_some_and(is_cut_off) {
            return true;
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SchemaChanged) => true,
            Some(_) | None => source.to_string().contains("no such"),
        }
    }
}

/// What was found in a text, and what stands around it, as the index tells words apart. `None`: the text doesn't hold it.
///
/// # Errors
/// SQLite's.
pub fn around(text: &str, wanted: &str) -> Result<Option<Vec<Piece>>, StoreError> {
    const BEGINS: char = '\u{2}';
    const ENDS: char = '\u{3}';
    let plain = text.replace([BEGINS, ENDS], " ");
    let db = Connection::open_in_memory()?;
    db.execute_batch(&format!("create virtual table said using fts5(text, {TOKENS})"))?;
    db.execute("insert into said (text) values (?1)", [&plain])?;
    let sql = "select snippet(said, 0, char(2), char(3), '…', 40) from said where said match ?1";
    let found: Option<String> = db.query_row(sql, [wanted], |row| row.get(0)).optional()?;
    Ok(found.map(|found| {
        let mut pieces = Vec::new();
        let mut rest = found.as_str();
        while let Some((before, after)) = rest.split_once(BEGINS) {
            let (hit, after) = after.split_once(ENDS).unwrap_or((after, ""));
            pieces.extend([(before, false), (hit, true)]);
            rest = after;
        }
        pieces.push((rest, false));
        let said = pieces.into_iter().filter(|(text, _)| !text.is_empty());
        said.map(|(text, is_hit)| Piece { text: text.to_owned(), is_hit }).collect()
    }))
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    // A connection is whole between two calls, whatever became of whoever held it.
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn unless_it_broke<T>(task: tokio::task::JoinHandle<Result<T, StoreError>>) -> Result<T, StoreError> {
    task.await.unwrap_or_else(|_broke| Err(StoreError::Ended))
}

/// Opens the file, or makes it; what isn't such a file is deleted first.
fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Search { path: path.to_owned(), source };
    match connect(path).map_err(failed) {
        Ok(Some(db)) => return Ok(db),
        Ok(None) => {}
        Err(error) if error.is_of_a_damaged_index() => {}
        Err(error) => return Err(error),
    }
    delete(path)?;
    connect(path).map_err(failed)?.ok_or(StoreError::Ended)
}

/// `None`: it was made by another version.
fn connect(path: &Path) -> Result<Option<Connection>, rusqlite::Error> {
    let db = Connection::open(path)?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    // What a power cut takes is filled in again.
    db.pragma_update(None, "synchronous", "normal")?;
    db.pragma_update(None, "cache_size", -8192)?;
    let version: i64 = db.query_row("select user_version from pragma_user_version", (), |row| row.get(0))?;
    let is_new: bool = db.query_row("select count(*) = 0 from sqlite_schema", (), |row| row.get(0))?;
    if version == VERSION {
        return Ok(Some(db));
    }
    if !is_new {
        return Ok(None);
    }
    db.execute_batch(&format!(
        "begin immediate;
         create virtual table said using fts5(text, place, content='', contentless_delete=1, prefix='2 3', {TOKENS});
         create table filled (id integer primary key check (id = 1), upto integer not null, mark text not null);
         pragma user_version = {VERSION};
         commit;"
    ))?;
    Ok(Some(db))
}

fn delete(path: &Path) -> Result<(), StoreError> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Open { path: file.into(), source: error.into() });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(seq: i64, text: &str) -> Doc {
        Doc { seq, text: text.to_owned(), place: "l1".to_owned() }
    }

    fn wanted(text: &str) -> Wanted {
        Wanted { text: text.to_owned(), place: "\"l1\"".to_owned(), from: 0, before: i64::MAX }
    }

    fn upto(upto: i64) -> UpTo {
        UpTo { upto, mark: "m".to_owned() }
    }

    #[tokio::test]
    async fn what_is_taken_in_is_found_newest_first_without_regard_to_capitals_and_accents() {
        let folder = tempfile::tempdir().unwrap();
        let index = SearchIndex::at(folder.path().join("search.db"));
        assert_eq!(index.up_to().await.unwrap(), UpTo::default());
        index.add(vec![doc(3, "The Café drifts"), doc(7, "a cafe"), doc(9, "no such thing")], upto(10)).await.unwrap();
        assert_eq!(index.find(wanted("\"CAFE\""), 9).await.unwrap(), [7, 3]);
        assert_eq!(index.find(wanted("\"caf\" *"), 1).await.unwrap(), [7]);
        assert_eq!(
            index.find(Wanted { place: "\"l2\"".to_owned(), ..wanted("cafe") }, 9).await.unwrap(),
            [] as [i64; 0]
        );
        assert_eq!(index.up_to().await.unwrap(), upto(10));
        // Again, as after a crash between two commits.
        index.add(vec![doc(9, "no such cafe")], upto(10)).await.unwrap();
        assert_eq!(index.find(wanted("cafe"), 9).await.unwrap(), [9, 7, 3]);
    }

    #[tokio::test]
    async fn a_file_that_is_none_or_is_gone_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search.db");
        std::fs::write(&path, "this is no database, and long enough to be taken for one".repeat(99)).unwrap();
        let index = SearchIndex::at(path.clone());
        assert_eq!(index.up_to().await.unwrap(), UpTo::default());
        index.add(vec![doc(1, "drift")], upto(2)).await.unwrap();
        index.forget().await.unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(index.find(wanted("drift"), 9).await.unwrap(), [] as [i64; 0]);
        assert_eq!(index.up_to().await.unwrap(), UpTo::default());
    }

    #[test]
    fn what_was_found_is_marked_in_what_stands_around_it() {
        let pieces = around("The vendor \u{2}agreed\u{3} to roll back the Café model", "\"cafe\"").unwrap().unwrap();
        let hits: Vec<&str> = pieces.iter().filter(|it| it.is_hit).map(|it| it.text.as_str()).collect();
        assert_eq!(hits, ["Café"]);
        assert_eq!(
            pieces.iter().map(|it| it.text.as_str()).collect::<String>(),
            "The vendor  agreed  to roll back the Café model"
        );
        assert_eq!(around("nothing", "\"cafe\"").unwrap(), None);
    }
}
