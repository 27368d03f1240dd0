//! The only SQL. One writer, whose transactions the desk fills and commits, and a pool of readers that see what is
//! committed. What the rows mean is written in `migrations/`.

mod commit;
mod figures;
mod read;
mod remake;
mod scan;
mod write;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlSafeStr, SqliteConnection};

pub use commit::{
    CardRow, CaseRow, Commit, DutyRow, EntryRow, MessageChange, MessagePartRow, MessageRow, NoteRow, OutboxRow,
    OutboxState, Postponed, Rehold, person_holder, role_holder,
};
pub use figures::{DutyOf, NoteRead, View};
pub use read::{CardDue, DutyRead, EntryRead, MessageRead, OutboxDue, Reader, Stretch};
pub use remake::{Copied, Remake, TableDifference};
pub use scan::{Beside, Raw, Scan};
pub use write::Writer;

/// Why the store could not do it. Everything here is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path} can't be opened: {source}")]
    Open { path: PathBuf, source: sqlx::Error },
    #[error(
        "{path} was written by a newer countersign (migration {version}). Use that version, or a backup from before."
    )]
    Newer { path: PathBuf, version: i64 },
    #[error("{path} is not a countersign database: {source}")]
    Strange { path: PathBuf, source: MigrateError },
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("row {what} can't be read back: {source}")]
    Unreadable { what: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the database isn't whole: {0}. `countersign verify` tells where; keep the file, and restore a backup.")]
    Missing(String),
}

/// Every file of `migrations/`, in order: its number, its name, its text. None is edited or taken out once it was released.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "ledger", include_str!("../../migrations/0001_ledger.sql"))];

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
    let failed = |source| StoreError::Open { path: path.to_owned(), source };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged command has reached the disk: the WAL is synced at every commit.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16384")
        .pragma("wal_autocheckpoint", "4000")
        .statement_cache_capacity(200)
        .command_buffer_size(256)
        .row_buffer_size(512)
        .disable_statement_logging();
    let mut connection: SqliteConnection = options.connect().await.map_err(failed)?;
    migrate(&mut connection, path).await?;
    let reader = Reader::new(pool(&options).await.map_err(failed)?);
    Ok((Writer::new(connection), reader))
}

/// Opens a database to read it, for the command line. Nothing is written.
///
/// # Errors
/// [`StoreError::Open`] where there is none.
pub async fn open_to_read(path: &Path) -> Result<Reader, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5))
        .row_buffer_size(4096)
        .disable_statement_logging();
    Ok(Reader::new(pool(&options).await.map_err(|source| StoreError::Open { path: path.to_owned(), source })?))
}

async fn pool(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let options = options.clone().read_only(true).create_if_missing(false).pragma("cache_size", "-4096");
    SqlitePoolOptions::new()
        .max_connections(4)
        .min_connections(0)
        .idle_timeout(Duration::from_secs(30))
        .connect_with(options)
        .await
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    MIGRATOR.run(connection).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
        source => StoreError::Strange { path: path.to_owned(), source },
    })
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
