//! A database made anew beside an old one, from the old one's ledger, and the two compared: for `countersign rebuild` and
//! `verify`.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, Row};
use tokio::runtime::Handle;

use super::thread::WritingThread;
use super::write::{cases, in_one_transaction};
use super::{Commit, EntryRead, STATEMENTS, StoreError, at_rest, migrate};
use crate::domain::{Case, CaseId};

/// How many differing rows of a table are named.
const NAMED: i64 = 20;

/// What stands for the tables themselves where rows of tables are named.
const SHAPES: &str = "sqlite_schema";
/// Whose own shape is its library's.
const MIGRATIONS: &str = "_sqlx_migrations";

pub struct Remake {
    db: WritingThread,
    of: Made,
}

/// What is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// A database that can take the old one's place. Nobody else has the old one open.
    All,
    /// The tables that follow from the ledger, to be compared with the old ones as they stood when it began: a bot may work on.
    /// One transaction from its beginning to its end sees to that.
    Derived,
}

/// How a table of the old database differs from what the ledger says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDifference {
    pub table: String,
    pub rows: u64,
    /// The first ones, in words.
    pub named: Vec<String>,
}

/// A column that is compared with nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold {
    pub table: &'static str,
    pub column: &'static str,
    /// What it says that the ledger doesn't.
    pub why: &'static str,
}

const fn untold(table: &'static str, column: &'static str, why: &'static str) -> Untold {
    Untold { table, column, why }
}

/// What the ledger knows nothing of, column by column: nobody can tell whether it was changed. Everything else that the database has is
/// compared by `verify` and by `rebuild --compare`, whatever tables there are.
pub const UNTOLD: [Untold; 14] = [
    untold("outbox", "shown", "what a message shows that somebody deleted is left as it is"),
    untold("outbox", "attempts", "how often a delivery was tried"),
    untold("outbox", "not_before_us", "when a delivery is tried next"),
    untold("outbox", "turn_us", "the place of a delivery in the queue"),
    untold("card", "sending", "whether a card is on its way just now"),
    untold("card", "attempts", "how often a card was tried"),
    untold("card", "not_before_us", "when a card is tried next"),
    untold("case_file", "wake_us", "a case may be told to look earlier than it wants to; later is told"),
    untold("bot", "tried", "how often the disk was tried after a failure"),
    untold("checkpoint", "at_us", "when a head was signed: what is signed is its size and root"),
    untold("cosignature", "first_us", "when the bot first heard it, by its own clock"),
    untold(
        "cosignature",
        "at_us",
        "when the bot last heard it, by its own clock; the moment that counts is signed in its line",
    ),
    untold("_sqlx_migrations", "installed_on", "when the tables were made"),
    untold("_sqlx_migrations", "execution_time", "how long making them took"),
];

/// A table of which the ledger knows nothing. It is carried over as it is. What its rows say is checked by their signatures; that one
/// is lacking, nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBeside {
    pub table: &'static str,
    columns: &'static str,
    /// Why a row that was taken away isn't missed.
    pub why: &'static str,
}

pub const KEPT_BESIDE: [KeptBeside; 2] = [
    KeptBeside {
        table: "checkpoint",
        columns: "size, at_us, note",
        why: "the newest head is missed, as the file `checkpoint` and the ledger know of it; an older one is not",
    },
    KeptBeside {
        table: "cosignature",
        columns: "origin, size, name, line, first_us, at_us",
        why: "who still wants a cosignature gets it from the witness again",
    },
];

/// Words that are in no other table, under the commitments of the ledger: they are checked by those.
const WITHHELD: &str = "withheld";

impl Remake {
    /// A new database at `new`, with the one at `old` within reach. Nothing is ever written to the old one, and until it is
    /// finished the new one is worth nothing: it isn't synced.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(new: &Path, old: &Path) -> Result<Remake, StoreError> {
        Remake::of(Made::All, new, old.to_string_lossy().into_owned()).await
    }

    /// The same, only to compare: the old database is read as it stands now, and nothing is written beside it.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_to_compare(new: &Path, old: &Path) -> Result<Remake, StoreError> {
        let mut uri = "file:".to_owned();
        for c in old.to_string_lossy().chars() {
            match c {
                '%' | '?' | '#' => uri.push_str(&format!("%{:02X}", u32::from(c))),
                c => uri.push(c),
            }
        }
        uri.push_str(if at_rest(old).is_some() { "?mode=ro&immutable=1" } else { "?mode=ro" });
        Remake::of(Made::Derived, new, uri).await
    }

    async fn of(of: Made, new: &Path, old: String) -> Result<Remake, StoreError> {
        // The migrator's future can't be shown to be sendable, and this one is awaited by tasks.
        let (path, runtime) = (new.to_owned(), Handle::current());
        tokio::task::spawn_blocking(move || runtime.block_on(migrate(&path, true)))
            .await
            .map_err(|_| StoreError::Ended)??;
        let path = new.to_owned();
        let connect = move || {
            let db = Connection::open(path)?;
            db.busy_timeout(super::BUSY)?;
            db.pragma_update(None, "journal_mode", "memory")?;
            db.pragma_update(None, "synchronous", "off")?;
            db.pragma_update(None, "cache_size", -65536)?;
            db.set_prepared_statement_cache_capacity(STATEMENTS);
            db.execute("attach database ?1 as old", [old])?;
            if of == Made::Derived {
                db.execute("begin", ())?;
            }
            Ok(db)
        };
        Ok(Remake { db: WritingThread::start(new, connect).await?, of })
    }

    /// How many entries the old ledger has.
    ///
    /// # Errors
    /// The database's.
    pub async fn size(&mut self) -> Result<u64, StoreError> {
        let last = self.db.run(|db| Ok(db.query_row("select max(seq) from old.ledger", (), |row| row.get(0))?));
        let last: Option<i64> = last.await?;
        Ok(last.map_or(0, |seq| seq.unsigned_abs() + 1))
    }

    /// Entries of the old ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn entries(&mut self, from: u64, to: u64) -> Result<Vec<EntryRead>, StoreError> {
        let sql = "select seq, leaf, case_id, case_seq, kind, at_us, facts, facts_salt, words, words_salt from old.ledger \
                   where seq >= ?1 and seq < ?2 order by seq";
        let read = |row: &Row| {
            Ok(EntryRead {
                seq: row.get(0)?,
                leaf: row.get(1)?,
                case_id: row.get(2)?,
                case_seq: row.get(3)?,
                kind: row.get(4)?,
                at_us: row.get(5)?,
                facts: row.get(6)?,
                facts_salt: row.get(7)?,
                words: row.get(8)?,
                words_salt: row.get(9)?,
            })
        };
        let all = move |db: &Connection| {
            let mut select = db.prepare_cached(sql)?;
            let rows = select.query_map((from as i64, to as i64), |row| {
                // Whatever type a value was given, the place is told.
                Ok(read(row).map_err(|source| StoreError::Entry { seq: row.get(0).unwrap_or_default(), source }))
            })?;
            rows.map(|row| row?).collect()
        };
        self.db.run(all).await
    }

    /// Cases as they have become in the new database.
    ///
    /// # Errors
    /// A row that this version can't read.
    pub async fn cases(&mut self, ids: Vec<CaseId>) -> Result<Vec<Case>, StoreError> {
        self.db.run(move |db| cases(db, ids)).await
    }

    /// Writes entries and what follows from them.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&mut self, mut commit: Commit) -> Result<(), StoreError> {
        if self.of == Made::Derived {
            // The ledger itself and its tree are checked entry by entry.
            commit.entries.clear();
            commit.nodes.clear();
            return self.db.run(move |db| commit.write(db)).await;
        }
        self.db.run(move |db| in_one_transaction(db, |db| commit.write(db))).await
    }

    /// What the ledger doesn't know and the old database does: the signed heads, and what witnesses said of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn carry_over_what_lies_beside(&mut self) -> Result<(), StoreError> {
        let carry = |db: &Connection| {
            KEPT_BESIDE.iter().try_for_each(|KeptBeside { table, columns, why: _ }| {
                let sql = format!("insert into main.{table} ({columns}) select {columns} from old.{table}");
                Ok(db.execute(&sql, ()).map(drop)?)
            })
        };
        self.db.run(carry).await
    }

    /// Words that are withheld stay so, but for those that are erased with this; and those that are withheld with it are put beside
    /// them.
    ///
    /// # Errors
    /// The database's.
    pub async fn carry_withheld(&mut self, erased: BTreeSet<u64>, withheld: BTreeSet<u64>) -> Result<(), StoreError> {
        let carry = move |db: &Connection| {
            let there = "select count(*) from old.sqlite_schema where type = 'table' and name = ?1";
            if db.query_row(there, [WITHHELD], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(());
            }
            let mut before = db.prepare("select seq from old.withheld")?;
            let before = before.query_map((), |row| row.get::<_, i64>(0))?.collect::<Result<Vec<i64>, _>>()?;
            let stays = before.iter().filter(|seq| !erased.contains(&seq.unsigned_abs()));
            let mut stay =
                db.prepare("insert into main.withheld select seq, words, words_salt from old.withheld where seq = ?1")?;
            stays.clone().try_for_each(|seq| stay.execute([seq]).map(drop))?;
            let sql = "insert into main.withheld select seq, words, words_salt from old.ledger where seq = ?1 and words is not null";
            let mut come = db.prepare(sql)?;
            let known: BTreeSet<u64> = stays.map(|seq| seq.unsigned_abs()).collect();
            let new = withheld.difference(&known).filter(|seq| !erased.contains(seq));
            Ok(new.copied().try_for_each(|seq| come.execute([seq as i64]).map(drop))?)
        };
        self.db.run(carry).await
    }

    /// How far each delivery has got, so that nothing is sent twice that a platform may have; and cases that were to look
    /// again at who holds what.
    ///
    /// # Errors
    /// The database's.
    pub async fn carry_deliveries_over(&mut self) -> Result<(), StoreError> {
        let all = [
            "update main.outbox set state = o.state, attempts = o.attempts, not_before_us = o.not_before_us, turn_us = o.turn_us \
             from old.outbox o where o.entry = main.outbox.entry and o.place = main.outbox.place \
             and main.outbox.state = 'waiting' and o.state in ('waiting', 'sending')",
            "update main.outbox set attempts = o.attempts, not_before_us = o.not_before_us, turn_us = o.turn_us \
             from old.outbox o where o.entry = main.outbox.entry and o.place = main.outbox.place \
             and main.outbox.state <> 'waiting' and o.state = main.outbox.state",
            "update main.outbox set shown = o.shown from old.outbox o where o.entry = main.outbox.entry \
             and o.place = main.outbox.place and o.shown > main.outbox.shown",
            "update main.card set sending = o.sending, attempts = o.attempts, not_before_us = o.not_before_us from old.card o \
             where o.case_id = main.card.case_id and o.lane = main.card.lane",
            // Too early a wake does no harm: the case looks, and its own wake is written again.
            "update main.case_file set wake_us = o.wake_us from old.case_file o where o.case_id = main.case_file.case_id \
             and o.wake_us is not null and (main.case_file.wake_us is null or o.wake_us < main.case_file.wake_us)",
        ];
        self.db.run(move |db| all.iter().try_for_each(|sql| Ok(db.execute(sql, ()).map(drop)?))).await
    }

    /// Where the old database says something else than the ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn differences(&mut self) -> Result<Vec<TableDifference>, StoreError> {
        // A card that somebody deleted on its platform is to be posted again; the ledger doesn't know yet.
        let gone = "update main.card set shown = null, message = null from old.card o where o.case_id = main.card.case_id \
                    and o.lane = main.card.lane and o.message is null";
        let without: &[&str] = match self.of {
            Made::All => &[],
            Made::Derived => &["ledger", "tree_node"],
        };
        self.db
            .run(move |db| {
                if has_shape(db, "card")? {
                    db.execute(gone, ())?;
                }
                differences(db, without)
            })
            .await
    }

    /// # Errors
    /// The database's.
    pub async fn finish(self) -> Result<(), StoreError> {
        match self.of {
            Made::All => self.db.run(|db| Ok(db.execute("detach database old", ()).map(drop)?)).await?,
            Made::Derived => self.db.run(|db| Ok(db.execute("rollback", ()).map(drop)?)).await?,
        }
        self.db.close().await
    }
}

fn differences(db: &Connection, without: &[&str]) -> Result<Vec<TableDifference>, StoreError> {
    let mut all = vec![shapes(db)?];
    // What lies beside the ledger doesn't follow from it, so it was carried over; every other table is compared, whatever
    // migrations there are. A table of another shape can't be.
    let mut tables = db.prepare(
        "select m.name from main.sqlite_schema m join old.sqlite_schema o on o.type = m.type and o.name = m.name \
         and (o.sql = m.sql or m.name = '_sqlx_migrations') where m.type = 'table' and m.name not like 'sqlite%' order by m.name",
    )?;
    let tables = tables.query_map((), |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for table in &tables {
        let is_beside = table == WITHHELD || KEPT_BESIDE.iter().any(|beside| beside.table == table);
        if is_beside || without.contains(&table.as_str()) {
            continue;
        }
        let (columns, key) = columns(db, table)?;
        // Of a row that differs, each database has one version; of one that is only in one of them, that one.
        let differing = format!(
            "with surplus as (select {columns} from old.{table} except select {columns} from main.{table}), \
             lacking as (select {columns} from main.{table} except select {columns} from old.{table}), \
             both as (select {key} as name, 1 as had, 0 as wanted from surplus union all \
             select {key} as name, 0 as had, 1 as wanted from lacking) \
             select name, max(had), max(wanted) from both group by name"
        );
        all.push(difference(db, table.clone(), &differing)?);
    }
    // A wake may be earlier than the case derives it: then it was told to look again, and will.
    let wakes = "select 'case_id ' || o.case_id, 1, 1 from old.case_file o join main.case_file n on n.case_id = o.case_id \
                 where o.wake_us is not n.wake_us and not (o.wake_us is not null and (n.wake_us is null or o.wake_us < n.wake_us))";
    if tables.iter().any(|table| table == "case_file") {
        all.push(difference(db, "case_file (wake_us)".to_owned(), wakes)?);
    }
    all.retain(|difference| difference.rows > 0);
    Ok(all)
}

/// Whether a table of the old database is as this version makes it.
fn has_shape(db: &Connection, table: &str) -> Result<bool, StoreError> {
    let sql = "select count(*) from main.sqlite_schema m join old.sqlite_schema o on o.type = m.type and o.name = m.name and o.sql = m.sql \
               where m.type = 'table' and m.name = ?1";
    Ok(db.query_row(sql, [table], |row| row.get::<_, i64>(0))? > 0)
}

/// Tables, indexes, views and triggers that are not as this version makes them. A trigger would write what nobody decided; an index
/// that is gone lets in what it kept out.
fn shapes(db: &Connection) -> Result<TableDifference, StoreError> {
    let of = |database: &str| {
        format!(
            "select type || ' ' || name as name, tbl_name, sql from {database}.sqlite_schema \
             where name not glob 'sqlite_stat*' and tbl_name <> '{MIGRATIONS}'"
        )
    };
    let (old, new) = (of("old"), of("main"));
    let differing = format!(
        "with surplus as ({old} except {new}), lacking as ({new} except {old}), \
         both as (select name, 1 as had, 0 as wanted from surplus union all select name, 0 as had, 1 as wanted from lacking) \
         select name, max(had), max(wanted) from both group by name"
    );
    difference(db, SHAPES.to_owned(), &differing)
}

/// The columns of a table that are compared, and what its rows are called by: their primary key, in words.
fn columns(db: &Connection, table: &str) -> Result<(String, String), StoreError> {
    let mut all = db.prepare("select name, pk from pragma_table_info(?1) order by cid")?;
    let all = all.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let all: Vec<(String, i64)> = all.collect::<Result<_, _>>()?;
    let is_untold = |name: &str| UNTOLD.iter().any(|it| it.table == table && it.column == name);
    let compared = all.iter().filter(|(name, _)| !is_untold(name));
    let columns = compared.map(|(name, _)| match (table, name.as_str()) {
        // On its way, or not yet: the ledger knows of neither.
        ("outbox", "state") => "case when state = 'sending' then 'waiting' else state end as state".to_owned(),
        (_, name) => name.to_owned(),
    });
    let columns: Vec<String> = columns.collect();
    let mut key: Vec<&(String, i64)> = all.iter().filter(|(_, place)| *place > 0).collect();
    key.sort_by_key(|(_, place)| *place);
    let key: Vec<String> = key.iter().map(|(name, _)| format!("'{name} ' || coalesce({name}, 'null')")).collect();
    Ok((columns.join(", "), key.join(" || ', ' || ")))
}

fn difference(db: &Connection, table: String, differing: &str) -> Result<TableDifference, StoreError> {
    let rows: i64 = db.query_row(&format!("select count(*) from ({differing})"), (), |row| row.get(0))?;
    let mut first = db.prepare(&format!("select * from ({differing}) order by 1 limit {NAMED}"))?;
    let first = first.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let first: Vec<(String, i64, i64)> = first.collect::<Result<_, _>>()?;
    let named = first.into_iter().map(|(name, had, wanted)| match (had, wanted) {
        (1, 1) => format!("{name} differs"),
        (1, _) => format!("{name} doesn't follow from the ledger"),
        _ => format!("{name} is missing"),
    });
    Ok(TableDifference { table, rows: rows.unsigned_abs(), named: named.collect() })
}
