//! The only SQL. One writer, whose transactions the desk fills and commits, and a pool of readers that see what is
//! committed. What the rows mean is written in `migrations/`.
//!
//! Migrations and readers go through sqlx. The writer binds to SQLite itself, on a thread of its own: a statement of sqlx's is a
//! way to another thread and back, and a commit has a dozen, for each of which somebody waits.

mod commit;
mod cosignatures;
mod ending;
mod evidence;
mod figures;
mod outbox;
mod read;
mod remake;
mod scan;
mod search;
mod thread;
mod write;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqlSafeStr as _};

pub use commit::{
    CardRow, CaseRow, Commit, CosignatureRow, Delivered, DutyFigures, DutyRow, EntryRow, MessageChange, MessagePartRow,
    MessageRow, NoteRow, OutboxRow, OutboxState, Postponed, ToldAt, WakeHolders, person_holder, role_holder,
};
pub use cosignatures::LastCosigned;
pub use figures::{DutyRead, NoteRead, View};
pub use outbox::{CardDue, EditDue, OutboxDue};
pub use read::{Ages, EntryRead, MessageRead, Reader, Stretch};
pub use remake::{KEPT_BESIDE, KeptBeside, Remake, TableDifference, UNTOLD, Untold};
pub use scan::{Beside, CosignatureKept, NoteKept, Raw, Scan, Withheld};
pub use search::{Doc, Piece, SearchIndex, UpTo, Wanted, around};
pub use write::{HeardBefore, PolicyText, StoredMessage, Writer};

use thread::WritingThread;

/// Why the store could not do it. Everything here is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path} can't be opened: {source}")]
    Open { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(
        "{path} was written by a newer countersign (migration {version}). Use that version, or a backup from before."
    )]
    Newer { path: PathBuf, version: i64 },
    #[error(
        "{path} was made with tables that no released countersign has (migration {version}), as by a development build. Use that one, or begin in a new folder: `--data`."
    )]
    Unreleased { path: PathBuf, version: i64 },
    #[error("{path} is not a countersign database: {source}")]
    Strange { path: PathBuf, source: MigrateError },
    #[error(transparent)]
    Read(#[from] sqlx::Error),
    #[error(transparent)]
    Write(#[from] rusqlite::Error),
    #[error("{path}, the index of what was said, can't be used: {source}")]
    Search { path: PathBuf, source: rusqlite::Error },
    /// The thread that writes: nothing can be written in this process any more.
    #[error("the database writer stopped; the log says why above. Start the bot again: whatever was answered is kept.")]
    Ended,
    #[error("somebody still reads the database as it was before; it is tried again")]
    StillRead,
    #[error("row {what} can't be read back: {source}")]
    Unreadable { what: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("entry {seq} isn't of the form in which entries are written: {source}")]
    Entry { seq: i64, source: rusqlite::Error },
    #[error("the database isn't whole: {0}. `countersign verify` tells where; keep the file, and restore a backup.")]
    Missing(String),
}

/// Every file of `migrations/`, in order: its number, its name, its text. None is edited or taken out once it was released.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "ledger", include_str!("../../migrations/0001_ledger.sql"))];

/// How long a connection waits for a lock.
const BUSY: Duration = Duration::from_secs(5);

/// As sqlx itself would read the folder: it keeps number, name and hash of each in the database.
static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |(version, name, text): &(i64, &'static str, &'static str)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
});

/// Opens the database for a process that is its only writer (the data folder's lock sees to that). Creates it where
/// `create` says so, and brings it up to this version.
///
/// # Errors
/// [`StoreError::Newer`] if a newer version wrote it, and then nothing was changed.
pub async fn open(path: &Path, create: bool) -> Result<(Writer, Reader), StoreError> {
    migrate(path, create).await?;
    let writer = Writer::new(WritingThread::start(path, connect_to_write(path.to_owned())).await?);
    let reader = Reader::new(pool(&options(path)).await.map_err(failed(path))?, path);
    Ok((writer, reader))
}

/// Prepared statements that a writing connection keeps: all that there are.
const STATEMENTS: usize = 100;

fn connect_to_write(path: PathBuf) -> impl FnOnce() -> Result<Connection, rusqlite::Error> + Send + 'static {
    move || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY)?;
        // An acknowledged command has reached the disk: the WAL is synced at every commit.
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "temp_store", "memory")?;
        db.pragma_update(None, "cache_size", -16384)?;
        db.pragma_update(None, "wal_autocheckpoint", 4000)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(db)
    }
}

/// Opens a database to read it, for the command line. Nothing is written: neither into it nor beside it. What is read must be
/// [`undisturbed`].
///
/// # Errors
/// [`StoreError::Open`] where there is none.
pub async fn open_to_read(path: &Path) -> Result<Reader, StoreError> {
    let options = options(path).row_buffer_size(4096).immutable(at_rest(path).is_some());
    Ok(Reader::new(pool(&options).await.map_err(failed(path))?, path))
}

/// Copies a database as it stands at one moment, also while a bot writes to it. What is at `to` is replaced.
///
/// # Errors
/// The database's.
pub async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    undisturbed(from, || async move {
        // What an earlier try left.
        match std::fs::remove_file(to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(to)(error.into())),
            _ => {}
        }
        copy_as_it_lies(from, to).await
    })
    .await
}

async fn copy_as_it_lies(from: &Path, to: &Path) -> Result<(), StoreError> {
    let options = options(from).read_only(true).immutable(at_rest(from).is_some());
    let mut db = options.connect().await.map_err(failed(from))?;
    sqlx::query("vacuum into $1").bind(to.to_string_lossy().into_owned()).execute(&mut db).await?;
    Ok(db.close().await?)
}

/// Reads a database as it stands, again from the beginning where a process began to write to it meanwhile: one that is at rest
/// is read as if nobody ever did, and what is written all the same would be read in part.
pub async fn undisturbed<F: Future>(path: &Path, mut read: impl FnMut() -> F) -> F::Output {
    loop {
        let before = at_rest(path);
        let outcome = read().await;
        if before.is_none() || at_rest(path) == before {
            return outcome;
        }
    }
}

/// A database that no process has open and that holds all that was written: its length, and when it was last written to.
/// Without a write-ahead log beside it there is nothing that SQLite would have to write in order to read it, so it can be read
/// from where nothing may be written. A bot that begins later is noticed by comparing: [`undisturbed`].
pub fn at_rest(path: &Path) -> Option<(u64, chrono::DateTime<chrono::Utc>)> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let file = std::fs::metadata(path).ok().filter(|_| !Path::new(&log).exists())?;
    Some((file.len(), file.modified().ok()?.into()))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).row_buffer_size(512).disable_statement_logging()
}

async fn pool(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let options = options.clone().read_only(true).pragma("cache_size", "-4096");
    SqlitePoolOptions::new()
        .max_connections(4)
        .min_connections(0)
        .idle_timeout(Duration::from_secs(30))
        .connect_with(options)
        .await
}

/// Brings the database up to this version.
async fn migrate(path: &Path, create: bool) -> Result<(), StoreError> {
    let options = options(path).create_if_missing(create).journal_mode(SqliteJournalMode::Wal);
    let options = options.synchronous(SqliteSynchronous::Full);
    let mut connection = options.connect().await.map_err(failed(path))?;
    MIGRATOR.run(&mut connection).await.map_err(|error| match error {
        MigrateError::VersionMismatch(version) => StoreError::Unreleased { path: path.to_owned(), version },
        MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
        source => StoreError::Strange { path: path.to_owned(), source },
    })?;
    connection.close().await.map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(sqlx::Error) -> StoreError {
    |source| StoreError::Open { path: path.to_owned(), source: source.into() }
}

fn unreadable<E: std::error::Error + Send + Sync + 'static>(
    what: impl std::fmt::Display,
) -> impl FnOnce(E) -> StoreError {
    move |source| StoreError::Unreadable { what: what.to_string(), source: source.into() }
}

/// What a column of a row says: a lane, a case.
fn parsed<T>(text: &str, row: impl std::fmt::Display) -> Result<T, StoreError>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text.parse().map_err(unreadable(row))
}
