//! Every table of a ledger's database is changed behind the bot's back, column by column and row by row, in every way that somebody
//! could think of: `verify` must say so, and name the place. Which tables and columns there are, the database itself says, so none can be
//! forgotten; what nobody could tell, the product lists with the reason, and what it lists must really be untellable.
//!
//! Several places are changed at once, and each must be named by itself: a check of the whole takes longer than a thousand changes have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::evidence::audit;
use countersign::ledger::folder::Folder;
use countersign::seal::{Checkpoint, Cosigner, Frontier, Hash};
use countersign::store::{KEPT_BESIDE, UNTOLD};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::erasures::withhold;
use super::golden::{Golden, slack};
use super::house::{House, patiently};

/// Tables whose rows are checked entry by entry and head by head; where one of them is spoiled, no other is compared.
const SEALED: [&str; 5] = ["ledger", "tree_node", "checkpoint", "cosignature", "withheld"];

struct Table {
    name: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

struct Column {
    name: String,
    kind: String,
    /// Its place in the primary key, from 1; 0: it isn't in it.
    key: i64,
    nullable: bool,
}

/// What must be said of a mutation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Integrity is broken, completeness isn't.
    Unsound,
    /// Completeness is broken, integrity isn't.
    Incomplete,
    /// One of the two is.
    Either,
    /// Nothing, as the product lists: `table.column`, or `table` for a row that is gone.
    Untold(String),
}

#[derive(Clone, Debug)]
struct Mutation {
    table: usize,
    what: String,
    /// The rows that go, and those that come.
    gone: Vec<usize>,
    come: Vec<Vec<Value>>,
    class: Class,
    /// All of these are said in one line of the verdict.
    named: Vec<String>,
}

/// A folder with everything in it, and what its database holds.
struct Base {
    data: tempfile::TempDir,
    database: Vec<u8>,
    tables: Vec<Table>,
}

fn database(data: &Path) -> PathBuf {
    data.join(Folder::DATABASE)
}

/// The golden ledger, with further heads, and what the witness of its policy said of them.
async fn base() -> Base {
    let data = tempfile::tempdir().expect("a folder");
    let goldens = Golden::all();
    let golden = goldens.last().expect("a golden ledger");
    golden.settle(data.path()).await;
    super::rebuild(data.path()).await.expect("a rebuild");
    let policies = golden.policies();
    // Whose cosignatures lie in the database.
    let policy = *policies.last().expect("a policy");
    assert!(policy.contains("witness.example.com/w1+886a0481"), "the golden policy names the witness");
    let mut house = House::open_with(data.path(), golden.end(), policy, Some(slack())).await.expect("the bot goes on");
    withhold(&mut house).await;
    house.stop().await;
    // Of its own: somebody of the house may still read the other.
    let data = super::house::copy(data.path());
    let folder = patiently(async || Folder::open(data.path(), false)).await.expect("the folder");
    let signer = folder.signer().expect("a key");
    let witness = Cosigner::from_seed("witness.example.com/w1", &[0x42; 32]).expect("a witness");
    let db = Connection::open(database(data.path())).expect("the database");
    db.pragma_update(None, "journal_mode", "delete").expect("no log beside it");
    let hashes = "select hash from ledger order by seq";
    let hashes: Vec<Vec<u8>> =
        db.prepare(hashes).and_then(|mut all| all.query_map((), |row| row.get(0))?.collect()).expect("hashes");
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(Hash(hash.try_into().expect("32 bytes")), |_| ());
        let size = frontier.size() as i64;
        if [200, 300, 400].contains(&size) {
            let note = Checkpoint::of(&signer, frontier.size(), frontier.root()).sign(&signer).expect("a head");
            let origin = signer.verifier().name();
            db.execute("insert into checkpoint values (?1, ?2, ?3)", (size, size, &note)).expect("a row");
            // What nobody cosigned isn't missed.
            if size != 200 {
                let line = witness.cosign(&note, size.unsigned_abs()).expect("a line");
                let row = (origin, size, witness.key().name(), line.trim_end(), size, size);
                db.execute("insert into cosignature values (?1, ?2, ?3, ?4, ?5, ?6)", row).expect("a row");
            }
        }
    }
    let tables = tables(&db);
    db.close().map_err(|(_, error)| error).expect("closed");
    drop(folder);
    let bytes = std::fs::read(database(data.path())).expect("the database");
    Base { data, database: bytes, tables }
}

/// What the database itself says that it is made of.
fn tables(db: &Connection) -> Vec<Table> {
    let mut names = db
        .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name")
        .expect("the schema");
    let names: Vec<String> =
        names.query_map((), |row| row.get(0)).and_then(Iterator::collect).expect("the names of tables");
    let table = |name: String| {
        let mut columns = db
            .prepare("select name, type, pk, \"notnull\" = 0 and pk = 0 from pragma_table_info(?1) order by cid")
            .expect("columns");
        let columns: Vec<Column> = columns
            .query_map([&name], |row| {
                Ok(Column { name: row.get(0)?, kind: row.get(1)?, key: row.get(2)?, nullable: row.get(3)? })
            })
            .and_then(Iterator::collect)
            .expect("columns");
        assert!(columns.iter().any(|column| column.key > 0), "{name} has no primary key to name its rows by");
        let mut all = db.prepare(&format!("select * from {name}")).expect("rows");
        let rows: Vec<Vec<Value>> = all
            .query_map((), |row| (0..columns.len()).map(|column| row.get(column)).collect())
            .and_then(Iterator::collect)
            .expect("rows");
        assert!(!rows.is_empty(), "{name} is empty, so nobody knows whether a change in it would be found");
        Table { name, columns, rows }
    };
    names.into_iter().map(table).collect()
}

impl Table {
    fn is_untold(&self, column: &Column) -> bool {
        UNTOLD.iter().any(|it| it.table == self.name && it.column == column.name)
    }

    fn value(&self, row: &[Value], column: &str) -> String {
        let place = self.columns.iter().position(|it| it.name == column).expect("a column");
        text_of(&row[place])
    }

    /// A number as SQLite reads it, whatever stands there.
    fn number(&self, row: &[Value], column: &str) -> i64 {
        self.value(row, column).parse().unwrap_or(0)
    }

    /// What a row is called by in a verdict.
    fn named(&self, row: &[Value]) -> Vec<String> {
        match self.name.as_str() {
            "ledger" | "withheld" => vec![format!("ntry {}", self.value(row, "seq"))],
            "tree_node" => vec!["tree node".to_owned(), format!("height {}", self.value(row, "height"))],
            "checkpoint" => vec![format!(" kept in the database for {} entries", self.number(row, "size"))],
            "cosignature" => vec![format!(
                "The cosignature kept in the database for {} entries by {}",
                self.number(row, "size"),
                self.value(row, "name")
            )],
            table => {
                let mut key: Vec<(usize, &Column)> =
                    self.columns.iter().enumerate().filter(|(_, column)| column.key > 0).collect();
                key.sort_by_key(|(_, column)| column.key);
                let key: Vec<String> =
                    key.iter().map(|(at, column)| format!("{} {}", column.name, text_of(&row[*at]))).collect();
                vec![format!("Tables: {table} "), key.join(", ")]
            }
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        // A verdict keeps to its lines, whatever stands in a row.
        Value::Text(text) => text.replace(char::is_control, "\u{FFFD}"),
        Value::Blob(bytes) => String::from_utf8_lossy(bytes).replace(char::is_control, "\u{FFFD}"),
    }
}

/// What one value can be changed to, each under what was done to it.
fn spoiled(value: &Value, kind: &str) -> Vec<(&'static str, Value)> {
    let flipped = |text: &str| {
        let mut chars: Vec<char> = text.chars().collect();
        if let Some(middle) = chars.len().checked_sub(1).map(|last| last / 2) {
            chars[middle] = if chars[middle] == 'x' { 'y' } else { 'x' };
        }
        chars.into_iter().collect::<String>()
    };
    let all = match value {
        Value::Null if kind == "text" => vec![("filled", Value::Text("x".to_owned()))],
        Value::Null if kind == "blob" => vec![("filled", Value::Blob(vec![7; 32]))],
        Value::Null => vec![("filled", Value::Integer(7))],
        Value::Integer(number) => vec![
            ("flipped", Value::Integer(number ^ 1)),
            ("raised", Value::Integer(number.saturating_add(1_000))),
            ("lowered", Value::Integer(number - 1_000)),
            ("truncated", Value::Integer(number / 10)),
            ("doubled", Value::Integer(number.saturating_mul(2))),
            ("emptied", Value::Integer(0)),
            ("negated", Value::Integer(-number)),
            ("given another type", Value::Text("x".to_owned())),
        ],
        Value::Text(text) => vec![
            ("flipped", Value::Text(flipped(text))),
            ("truncated", Value::Text(text.chars().take(text.chars().count().saturating_sub(1)).collect())),
            ("beheaded", Value::Text(text.chars().skip(1).collect())),
            ("doubled", Value::Text(format!("{text}{text}"))),
            ("lengthened", Value::Text(format!("{text}\n"))),
            ("emptied", Value::Text(String::new())),
            ("given another type", Value::Blob(text.as_bytes().to_vec())),
        ],
        Value::Blob(bytes) => {
            let mut one = bytes.clone();
            if let Some(byte) = one.last_mut() {
                *byte ^= 1;
            }
            vec![
                ("flipped", Value::Blob(one)),
                ("truncated", Value::Blob(bytes[..bytes.len().saturating_sub(1)].to_vec())),
                ("reordered", Value::Blob(bytes.iter().rev().copied().collect())),
                ("doubled", Value::Blob([bytes.as_slice(), bytes].concat())),
                ("emptied", Value::Blob(Vec::new())),
                ("given another type", Value::Text(hex::encode(bytes))),
            ]
        }
        Value::Real(number) => vec![("flipped", Value::Real(number + 1.0))],
    };
    all.into_iter().filter(|(_, to)| to != value).collect()
}

/// Everything that is done to a table.
fn mutations(at: usize, table: &Table) -> Vec<Mutation> {
    let mut all = Vec::new();
    let of_sealed = SEALED.contains(&table.name.as_str());
    // Rows from all over the table, each time others.
    let rows = table.rows.len();
    let mut turn = 0_usize;
    let mut next = || {
        turn += 1;
        (turn * 37 + turn / rows) % rows
    };
    let key = |column: &Column| column.key > 0;
    for (place, column) in table.columns.iter().enumerate() {
        let class = |is_key: bool| match table.is_untold(column) {
            true => Class::Untold(format!("{}.{}", table.name, column.name)),
            false if (is_key && of_sealed) || table.name == "tree_node" => Class::Either,
            false => Class::Unsound,
        };
        let mutation = |what: &str, gone: Vec<usize>, come: Vec<Vec<Value>>| {
            // A head or a cosignature is called by what it says it is.
            let row = if key(column) && ["checkpoint", "cosignature"].contains(&table.name.as_str()) {
                &come[0]
            } else {
                &table.rows[gone[0]]
            };
            let (what, named) = (format!("{}.{} {what}", table.name, column.name), table.named(row));
            Mutation { table: at, what, gone, come, class: class(key(column)), named }
        };
        let with = |row: usize, value: Value| {
            let mut changed = table.rows[row].clone();
            changed[place] = value;
            changed
        };
        {
            let mut done = BTreeSet::new();
            for _ in 0..rows.min(20) {
                let row = next();
                for (what, to) in spoiled(&table.rows[row][place], &column.kind) {
                    if done.insert(what) {
                        all.push(mutation(what, vec![row], vec![with(row, to)]));
                    }
                }
                if column.nullable && table.rows[row][place] != Value::Null && done.insert("nulled") {
                    all.push(mutation("nulled", vec![row], vec![with(row, Value::Null)]));
                }
                let other = (0..rows).map(|from| (row + from) % rows);
                let other = other.into_iter().find(|other| table.rows[*other][place] != table.rows[row][place]);
                let Some(other) = other else { continue };
                let (ours, theirs) = (table.rows[row][place].clone(), table.rows[other][place].clone());
                if done.insert("taken from another row") {
                    all.push(mutation("taken from another row", vec![row], vec![with(row, theirs.clone())]));
                }
                let both = vec![with(row, theirs), with(other, ours)];
                // Two that change places are as they were; of what is untold only one of two may be told.
                let is_same = both.contains(&table.rows[row]) && both.contains(&table.rows[other]);
                if !is_same && !table.is_untold(column) && done.insert("swapped with another row") {
                    all.push(mutation("swapped with another row", vec![row, other], both));
                }
            }
        }
    }
    let is_beside = KEPT_BESIDE.iter().any(|it| it.table == table.name);
    let row_mutation = |what: &str, class: Class, gone: Vec<usize>, come: Vec<Vec<Value>>, named: &[Value]| {
        let (what, named) = (format!("a row of {} {what}", table.name), table.named(named));
        Mutation { table: at, what, gone, come, class, named }
    };
    for row in BTreeSet::from([0, rows / 3, rows / 2, rows - 1]) {
        let class = match of_sealed {
            _ if is_beside => Class::Untold(table.name.clone()),
            // The words are gone, and nobody erased them.
            _ if table.name == "withheld" => Class::Unsound,
            true => Class::Incomplete,
            false => Class::Unsound,
        };
        let mut drop = row_mutation("dropped", class, vec![row], Vec::new(), &table.rows[row]);
        if table.name == "ledger" && row + 1 == rows {
            // What is cut off at the end is seen by the heads alone.
            drop.named = vec![format!("the ledger has only {row}")];
        }
        all.push(drop);
        // The same under another key, as somebody would who copies a row.
        let last = table.columns.iter().enumerate().max_by_key(|(_, column)| column.key).map_or(0, |(at, _)| at);
        let mut twin = table.rows[row].clone();
        twin[last] = match &twin[last] {
            Value::Integer(number) => Value::Integer(number + 100_000),
            other => Value::Text(format!("{}x", text_of(other))),
        };
        let class = match of_sealed {
            _ if table.name == "checkpoint" => Class::Untold(table.name.clone()),
            true => Class::Either,
            false => Class::Unsound,
        };
        let mut doubled = row_mutation("doubled", class, Vec::new(), vec![twin.clone()], &twin);
        if table.name == "ledger" {
            doubled.named = vec!["no entry can have".to_owned()];
        }
        all.push(doubled);
        // Whole rows change places: all but their keys.
        let other = (row + rows / 2 + 1) % rows;
        let (mut one, mut two) = (table.rows[row].clone(), table.rows[other].clone());
        for (place, column) in table.columns.iter().enumerate().filter(|(_, column)| column.key == 0) {
            if !table.is_untold(column) {
                std::mem::swap(&mut one[place], &mut two[place]);
            }
        }
        if one != table.rows[row] {
            let gone = vec![row, other];
            all.push(row_mutation("changed places", Class::Unsound, gone, vec![one, two], &table.rows[row]));
        }
    }
    all
}

/// Puts the mutations into the database. Whether it takes them.
fn apply(db: &Connection, tables: &[Table], mutations: &[&Mutation]) -> rusqlite::Result<()> {
    for Mutation { table, gone, come, .. } in mutations {
        let table = &tables[*table];
        let key: Vec<(usize, &Column)> =
            table.columns.iter().enumerate().filter(|(_, column)| column.key > 0).collect();
        let wheres: Vec<String> = key.iter().map(|(_, column)| format!("{} is ?", column.name)).collect();
        let delete = format!("delete from {} where {}", table.name, wheres.join(" and "));
        for row in gone {
            let done = db.execute(&delete, params_from_iter(key.iter().map(|(at, _)| &table.rows[*row][*at])))?;
            assert_eq!(done, 1, "{delete}");
        }
        let places = vec!["?"; table.columns.len()].join(", ");
        for row in come {
            db.execute(&format!("insert into {} values ({places})", table.name), params_from_iter(row))?;
        }
    }
    Ok(())
}

fn open(path: &Path) -> Connection {
    let db = Connection::open(path).expect("the database");
    // Whoever writes there doesn't keep to what the tables promise.
    db.pragma_update(None, "ignore_check_constraints", true).expect("set");
    db.pragma_update(None, "synchronous", "off").expect("set");
    db
}

/// Puts mutations together that can be told apart: of one class, in rows of their own, few of a table.
fn batches(tables: &[Table], mutations: Vec<Mutation>) -> Vec<Vec<Mutation>> {
    const OF_A_TABLE: usize = 5;
    #[derive(Default)]
    struct Batch {
        mutations: Vec<Mutation>,
        rows: BTreeSet<(usize, usize)>,
        of_a_table: BTreeMap<usize, usize>,
    }
    let mut open: BTreeMap<(bool, Class), Vec<Batch>> = BTreeMap::new();
    for mutation in mutations {
        let is_sealed = SEALED.contains(&tables[mutation.table].name.as_str());
        // Each of these must be seen by itself to be unseen.
        let class = match &mutation.class {
            Class::Untold(_) => Class::Untold(String::new()),
            class => class.clone(),
        };
        let most = if is_sealed { 2 * OF_A_TABLE } else { OF_A_TABLE };
        let rows: Vec<(usize, usize)> = mutation.gone.iter().map(|row| (mutation.table, *row)).collect();
        // What is put in has no row yet: one of a table at a time.
        let comes = mutation.come.len() > mutation.gone.len() || mutation.gone.len() > mutation.come.len();
        let batches = open.entry((is_sealed, class)).or_default();
        let fits = |batch: &&mut Batch| {
            let there = batch.of_a_table.get(&mutation.table).copied().unwrap_or_default();
            rows.iter().all(|row| !batch.rows.contains(row)) && if comes { there == 0 } else { there < most }
        };
        let batch = match batches.iter_mut().find(fits) {
            Some(batch) => batch,
            None => {
                batches.push(Batch::default());
                batches.last_mut().expect("just pushed")
            }
        };
        batch.rows.extend(rows);
        *batch.of_a_table.entry(mutation.table).or_default() += if comes { most } else { 1 };
        batch.mutations.push(mutation);
    }
    open.into_values().flatten().map(|batch| batch.mutations).collect()
}

/// A copy of the folder that one thread spoils again and again.
struct Spoiled {
    data: tempfile::TempDir,
    base: Arc<Base>,
    runtime: tokio::runtime::Runtime,
}

impl Spoiled {
    fn of(base: &Arc<Base>) -> Spoiled {
        let data = super::house::copy(base.data.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Spoiled { data, base: base.clone(), runtime }
    }

    /// Which mutations aren't told, with what was said instead, and whether all was found good. None where the database doesn't take
    /// them together.
    fn unfound(&self, mutations: &[&Mutation]) -> Option<(Vec<String>, bool)> {
        let path = database(self.data.path());
        std::fs::write(&path, &self.base.database).expect("the database as it was");
        let db = open(&path);
        let taken = db.execute_batch("begin").and_then(|()| apply(&db, &self.base.tables, mutations));
        if taken.is_err() {
            return None;
        }
        db.execute_batch("commit").expect("written");
        db.close().map_err(|(_, error)| error).expect("closed");
        let verdict = match self.runtime.block_on(audit::verify(self.data.path())) {
            Ok(verdict) => verdict,
            Err(error) => {
                return Some((mutations.iter().map(|it| format!("{}: no verdict: {error}", it.what)).collect(), false));
            }
        };
        let (unsound, incomplete) = (verdict.integrity.total() > 0, verdict.completeness.total() > 0);
        let text = verdict.to_string();
        let mut unfound = Vec::new();
        for mutation in mutations {
            let is_right = match &mutation.class {
                Class::Unsound => unsound && !incomplete,
                Class::Incomplete => incomplete && !unsound,
                Class::Either => unsound || incomplete,
                Class::Untold(_) if verdict.is_good() => continue,
                Class::Untold(_) => true,
            };
            // A number ends where it ends: entry 30 isn't entry 300.
            let is_whole = |line: &str, words: &String| {
                line.match_indices(words.as_str())
                    .any(|(at, _)| !line[at + words.len()..].starts_with(|c: char| c.is_ascii_digit()))
            };
            let is_named = text.lines().any(|line| mutation.named.iter().all(|words| is_whole(line, words)));
            if !is_right || !is_named {
                unfound.push(format!("{}: “{}” is not in\n{text}", mutation.what, mutation.named.join("”, “")));
            }
        }
        Some((unfound, verdict.is_good()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_changed_in_any_column_of_any_table_is_named() {
    let base = Arc::new(base().await);
    let mut all: Vec<Mutation> = base.tables.iter().enumerate().flat_map(|(at, table)| mutations(at, table)).collect();
    // What SQLite itself refuses to store can't be there.
    let scratch = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(scratch.path(), &base.database).expect("a copy");
    let db = open(scratch.path());
    all.retain(|mutation| {
        db.execute_batch("begin").expect("begun");
        let taken = apply(&db, &base.tables, &[mutation]).is_ok();
        db.execute_batch("rollback").expect("undone");
        taken
    });
    drop(db);
    for table in &base.tables {
        for column in &table.columns {
            let of = format!("{}.{} ", table.name, column.name);
            assert!(all.iter().any(|it| it.what.starts_with(&of)), "nothing was done to {of}");
        }
    }
    for it in UNTOLD {
        let there = base.tables.iter().find(|table| table.name == it.table);
        let there = there.is_some_and(|table| table.columns.iter().any(|column| column.name == it.column));
        assert!(there, "{}.{} is listed, and isn't there", it.table, it.column);
    }
    let told = all.iter().filter(|it| !matches!(it.class, Class::Untold(_))).count();
    println!("{} mutations, {told} of them to be told", all.len());
    let batches = batches(&base.tables, all);
    let next = AtomicUsize::new(0);
    let work = || {
        let spoiled = Spoiled::of(&base);
        let mut unfound: Vec<String> = Vec::new();
        let mut unseen: BTreeSet<String> = BTreeSet::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let together: Vec<&Mutation> = batch.iter().collect();
            let untold = |it: &Mutation| match &it.class {
                Class::Untold(what) => Some(what.clone()),
                Class::Unsound | Class::Incomplete | Class::Either => None,
            };
            match spoiled.unfound(&together) {
                Some((none, is_good)) if none.is_empty() => {
                    if is_good {
                        unseen.extend(batch.iter().filter_map(untold));
                        continue;
                    }
                    if batch.iter().all(|it| untold(it).is_none()) {
                        continue;
                    }
                }
                Some(_) | None => {}
            }
            // One by one: which is it?
            for mutation in batch {
                match spoiled.unfound(&[mutation]) {
                    Some((told, is_good)) => {
                        unseen.extend(untold(mutation).filter(|_| is_good));
                        unfound.extend(told);
                    }
                    None => unfound.push(format!("{}: it can't be done", mutation.what)),
                }
            }
        }
        (unfound, unseen)
    };
    let (one, two) = std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(work), scope.spawn(work));
        (one.join().expect("a thread"), two.join().expect("a thread"))
    });
    println!("checked {} times", batches.len());
    let unfound: Vec<String> = one.0.into_iter().chain(two.0).collect();
    assert!(
        unfound.is_empty(),
        "{} are not found:\n\n{}",
        unfound.len(),
        unfound[..unfound.len().min(40)].join("\n\n")
    );
    let unseen: BTreeSet<String> = one.1.into_iter().chain(two.1).collect();
    for it in UNTOLD {
        assert!(unseen.contains(&format!("{}.{}", it.table, it.column)), "{}.{} is told", it.table, it.column);
    }
    assert!(told >= 1_000, "{told}");
}
