//! A database made anew beside an old one, from the old one's ledger, and the two compared: for `countersign rebuild`.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::write::{in_list, read_case};
use super::{Commit, EntryRead, StoreError, migrate};
use crate::domain::{Case, CaseId};
use crate::seal::Hash;

/// SQLite takes 32,766 placeholders in a statement.
const ROWS_AT_A_TIME: usize = 1_000;

/// How many differing rows of a table are named.
const NAMED: i64 = 20;

pub struct Remake {
    db: SqliteConnection,
}

/// A row of the ledger as it goes into the new database: what was sealed as it was, the columns for look-up from the leaf.
pub struct Copied {
    pub seq: i64,
    pub leaf: String,
    pub hash: Hash,
    pub case: Option<String>,
    pub case_seq: Option<u64>,
    pub kind: String,
    pub at_us: i64,
    pub facts: String,
    pub facts_salt: Vec<u8>,
    pub words: Option<String>,
    pub words_salt: Option<Vec<u8>>,
}

/// How a table of the old database differs from what the ledger says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDifference {
    pub table: String,
    pub rows: u64,
    /// The first ones, in words.
    pub named: Vec<String>,
}

/// What says how far a delivery has got is nothing that the ledger knows: attempts and the pauses between them. A case's wake
/// is looked at apart.
const LEFT_OUT: [(&str, &str); 7] = [
    ("outbox", "attempts"),
    ("outbox", "not_before_us"),
    ("outbox", "turn_us"),
    ("card", "sending"),
    ("card", "attempts"),
    ("card", "not_before_us"),
    ("case_file", "wake_us"),
];

impl Remake {
    /// A new database at `new`, with the one at `old` within reach. Nothing is ever written to the old one, and until it is
    /// finished the new one is worth nothing: it isn't synced.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(new: &Path, old: &Path) -> Result<Remake, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(new)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .pragma("cache_size", "-65536")
            .statement_cache_capacity(200)
            .disable_statement_logging();
        let mut db = options.connect().await.map_err(|source| StoreError::Open { path: new.to_owned(), source })?;
        migrate(&mut db, new).await?;
        sqlx::query("attach database $1 as old").bind(old.to_string_lossy().into_owned()).execute(&mut db).await?;
        Ok(Remake { db })
    }

    /// How many entries the old ledger has.
    ///
    /// # Errors
    /// The database's.
    pub async fn size(&mut self) -> Result<u64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("select max(seq) from old.ledger").fetch_one(&mut self.db).await?;
        Ok(last.map_or(0, |seq| seq.unsigned_abs() + 1))
    }

    /// Entries of the old ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries(&mut self, from: u64, to: u64) -> Result<Vec<EntryRead>, StoreError> {
        let sql = "select seq, leaf, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt from old.ledger \
                   where seq >= $1 and seq < $2 order by seq";
        Ok(sqlx::query_as(sql).bind(from as i64).bind(to as i64).fetch_all(&mut self.db).await?)
    }

    /// Cases as they have become in the new database.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases(&mut self, ids: &[CaseId]) -> Result<Vec<Case>, StoreError> {
        let mut cases = Vec::with_capacity(ids.len());
        for ids in ids.chunks(ROWS_AT_A_TIME) {
            let names: Vec<String> = ids.iter().map(CaseId::to_string).collect();
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("select snapshot from main.case_file where case_id in (");
            for row in in_list(&mut query, &names).build().fetch_all(&mut self.db).await? {
                cases.push(read_case(row.get(0))?);
            }
        }
        Ok(cases)
    }

    /// Writes entries and what follows from them.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&mut self, entries: &[Copied], commit: &Commit) -> Result<(), StoreError> {
        let mut transaction = self.db.begin().await?;
        for entries in entries.chunks(ROWS_AT_A_TIME) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
                "insert into ledger (seq, leaf, hash, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt) ",
            );
            query.push_values(entries, |mut row, entry| {
                row.push_bind(entry.seq)
                    .push_bind(&*entry.leaf)
                    .push_bind(&entry.hash.0[..])
                    .push_bind(entry.case.as_deref())
                    .push_bind(entry.case_seq.map(|number| number as i64));
                row.push_bind(&*entry.kind).push_bind(entry.at_us).push_bind(&*entry.facts);
                row.push_bind(&entry.facts_salt[..]).push_bind(entry.words.as_deref());
                row.push_bind(entry.words_salt.as_deref());
            });
            query.build().execute(&mut *transaction).await?;
        }
        commit.write(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What the ledger doesn't know and the old database does: the signed heads.
    ///
    /// # Errors
    /// The database's.
    pub async fn carry_heads_over(&mut self) -> Result<(), StoreError> {
        let sql = "insert into main.checkpoint (size, at_us, note) select size, at_us, note from old.checkpoint";
        sqlx::query(sql).execute(&mut self.db).await?;
        Ok(())
    }

    /// How far each delivery has got, so that nothing is sent twice that a platform may have; and cases that were to look
    /// again at who holds what.
    ///
    /// # Errors
    /// The database's.
    pub async fn carry_deliveries_over(&mut self) -> Result<(), StoreError> {
        for sql in [
            "update main.outbox set state = o.state, attempts = o.attempts, not_before_us = o.not_before_us, turn_us = o.turn_us \
             from old.outbox o where o.entry = main.outbox.entry and o.place = main.outbox.place \
             and main.outbox.state = 'waiting' and o.state in ('waiting', 'sending')",
            "update main.outbox set attempts = o.attempts, not_before_us = o.not_before_us, turn_us = o.turn_us \
             from old.outbox o where o.entry = main.outbox.entry and o.place = main.outbox.place \
             and main.outbox.state <> 'waiting' and o.state = main.outbox.state",
            "update main.card set sending = o.sending, attempts = o.attempts, not_before_us = o.not_before_us from old.card o \
             where o.case_id = main.card.case_id and o.lane = main.card.lane",
            // Too early a wake does no harm: the case looks, and its own wake is written again.
            "update main.case_file set wake_us = o.wake_us from old.case_file o where o.case_id = main.case_file.case_id \
             and o.wake_us is not null and (main.case_file.wake_us is null or o.wake_us < main.case_file.wake_us)",
        ] {
            sqlx::query(sql).execute(&mut self.db).await?;
        }
        Ok(())
    }

    /// Where the old database says something else than the ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn differences(&mut self) -> Result<Vec<TableDifference>, StoreError> {
        let mut all = Vec::new();
        // Signed heads don't follow from the ledger, so they were carried over; every other table is compared, whatever
        // migrations there are.
        let tables = "select name from main.sqlite_schema where type = 'table' and name <> 'checkpoint' \
                      and name not like 'sqlite%' and name not like '%sqlx%' order by name";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut self.db).await?;
        for table in tables {
            let (columns, key) = self.columns(&table).await?;
            // Of a row that differs, each database has one version; of one that is only in one of them, that one.
            let differing = format!(
                "with surplus as (select {columns} from old.{table} except select {columns} from main.{table}), \
                 lacking as (select {columns} from main.{table} except select {columns} from old.{table}), \
                 both as (select {key} as name, 1 as had, 0 as wanted from surplus union all \
                 select {key} as name, 0 as had, 1 as wanted from lacking) \
                 select name, max(had), max(wanted) from both group by name"
            );
            all.push(self.difference(table, differing).await?);
        }
        // A wake may be earlier than the case derives it: then it was told to look again, and will.
        let wakes = "select 'case_id ' || o.case_id, 1, 1 from old.case_file o join main.case_file n on n.case_id = o.case_id \
                     where o.wake_us is not n.wake_us and not (o.wake_us is not null and (n.wake_us is null or o.wake_us < n.wake_us))";
        all.push(self.difference("case_file (wake_us)".to_owned(), wakes.to_owned()).await?);
        all.retain(|difference| difference.rows > 0);
        Ok(all)
    }

    /// The columns of a table that are compared, and what its rows are called by: their primary key, in words.
    async fn columns(&mut self, table: &str) -> Result<(String, String), StoreError> {
        let all: Vec<(String, i64)> = sqlx::query_as("select name, pk from pragma_table_info($1) order by cid")
            .bind(table)
            .fetch_all(&mut self.db)
            .await?;
        let compared = all.iter().filter(|(name, _)| !LEFT_OUT.contains(&(table, name)));
        let columns = compared.map(|(name, _)| match (table, name.as_str()) {
            // On its way, or not yet: the ledger knows of neither.
            ("outbox", "state") => "replace(state, 'sending', 'waiting') as state".to_owned(),
            (_, name) => name.to_owned(),
        });
        let columns: Vec<String> = columns.collect();
        let mut key: Vec<&(String, i64)> = all.iter().filter(|(_, place)| *place > 0).collect();
        key.sort_by_key(|(_, place)| *place);
        let key: Vec<String> = key.iter().map(|(name, _)| format!("'{name} ' || {name}")).collect();
        Ok((columns.join(", "), key.join(" || ', ' || ")))
    }

    async fn difference(&mut self, table: String, differing: String) -> Result<TableDifference, StoreError> {
        let count = format!("select count(*) from ({differing})");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut self.db).await?;
        let first = format!("select * from ({differing}) order by 1 limit {NAMED}");
        let first: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(first)).fetch_all(&mut self.db).await?;
        let named = first.into_iter().map(|(name, had, wanted)| match (had, wanted) {
            (1, 1) => format!("{name} differs"),
            (1, _) => format!("{name} doesn't follow from the ledger"),
            _ => format!("{name} is missing"),
        });
        Ok(TableDifference { table, rows: rows.unsigned_abs(), named: named.collect() })
    }

    /// # Errors
    /// The database's.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        sqlx::query("detach database old").execute(&mut self.db).await?;
        Ok(self.db.close().await?)
    }
}
