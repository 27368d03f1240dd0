//! A database of every version that ever wrote one, with rows in every table, comes up to this version with nothing lost: what
//! it holds afterwards is what a rebuild makes of its ledger.
//!
//! What the last migration leaves is filled here, by this program. Before another migration is written, that has to be kept, as
//! a database of the version that wrote it, in `database-N.sql` beside this file, where N is the last migration's number:
//!
//! ```text
//! COUNTERSIGN_WRITE_DATABASE=tests/evidence/database-1.sql cargo test --test evidence put_away
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::desk::Report;
use countersign::domain::CaseKind;
use countersign::ledger;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::What;
use countersign::store::{self, CosignatureRow};
use futures_util::TryStreamExt as _;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};

use super::erasures::withhold;
use super::golden::{CREDIT, Golden, slack};
use super::house::{House, copy, patiently};
use super::{compare, rebuild};

/// Tables that a migration takes away on purpose. Whoever adds one says in the migration where its rows went.
const TAKEN_AWAY: &[&str] = &[];

async fn migrations() -> Migrator {
    Migrator::new(root().join("migrations")).await.expect("the migrations are read")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the database lies that the version with this last migration wrote.
fn kept(version: i64) -> PathBuf {
    root().join(format!("tests/evidence/database-{version}.sql"))
}

async fn connect(data: &Path) -> SqliteConnection {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE)).create_if_missing(true);
    options.connect().await.expect("the database")
}

/// A folder as this program leaves it, with rows in every table.
async fn lived_in(data: &Path) {
    let golden = Golden::all().pop().expect("a golden ledger");
    golden.settle(data).await;
    rebuild(data).await.expect("a rebuild");
    let policy = *golden.policies().last().expect("a policy");
    let mut house = House::open_with(data, golden.end(), policy, Some(slack())).await.expect("the bot goes on");
    let request = What::Command { text: "/approval request credit \"One more\"".to_owned() };
    let heard = house.heard(CREDIT, "maya", request);
    house.hand_in(heard).await;
    // The tree keeps nodes over 256 entries.
    for nth in 0..40 {
        let (message, text) = (format!("chatter {nth}"), format!("chatter no. {nth}"));
        let heard = house.heard(
            CREDIT,
            "dev",
            What::Said { message, text, files: countersign::domain::mark::Words::of(Vec::new()) },
        );
        house.hand_in(heard).await;
    }
    let cosignature = CosignatureRow {
        origin: "countersign.local/golden".to_owned(),
        size: 1,
        name: "witness.example.com/w1".to_owned(),
        line: "— witness.example.com/w1 AAAA".to_owned(),
        at_us: golden.end().0,
    };
    house.desk.report(vec![Report::Cosigned(cosignature)]).await.expect("it is kept");
    withhold(&mut house).await;
    house.stop().await;
}

/// A folder as the version left it whose last migration this was.
async fn as_left_by(version: i64, data: &Path) {
    let migrations = migrations().await;
    let newest = migrations.iter().map(|it| it.version).max().expect("a migration");
    if version == newest {
        return lived_in(data).await;
    }
    let file = kept(version);
    let Ok(rows) = std::fs::read_to_string(&file) else {
        panic!(
            "{} is missing: without it nobody knows what migration {} does to what is there. Check out what was before that \
             migration, and write it as the head of this file says.",
            file.display(),
            version + 1
        );
    };
    taken_out(version, rows, data).await;
}

/// A new folder with the rows of a database of that version.
async fn taken_out(version: i64, rows: String, data: &Path) {
    drop(patiently(async || Folder::open(data, true)).await.expect("a folder"));
    let mut db = connect(data).await;
    let so_far = migrations().await.iter().filter(|it| it.version <= version).cloned().collect();
    Migrator::with_migrations(so_far).run(&mut db).await.expect("it migrates");
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut db).await.expect("rows as they were kept");
    db.close().await.expect("closed");
}

/// All rows of a database, as statements that write them again.
async fn put_away(data: &Path) -> String {
    let mut db = connect(data).await;
    let mut text = String::new();
    for table in tables(&mut db).await {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1) order by cid")
            .bind(&table)
            .fetch_all(&mut db)
            .await
            .expect("columns");
        let (names, quoted) = (columns.join(", "), columns.join(") || ', ' || quote("));
        let sql = format!("select 'insert into {table} ({names}) values (' || quote({quoted}) || ');' from {table}");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
        text += &format!("{}\n", rows.join("\n"));
    }
    db.close().await.expect("closed");
    text
}

/// How many rows each table has.
async fn rows(data: &Path) -> BTreeMap<String, i64> {
    let mut db = connect(data).await;
    let mut rows = BTreeMap::new();
    for table in tables(&mut db).await {
        let count = format!("select count(*) from {table}");
        rows.insert(table, sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut db).await.expect("a number"));
    }
    db.close().await.expect("closed");
    rows
}

async fn tables(db: &mut SqliteConnection) -> Vec<String> {
    let sql = "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like '%sqlx%' order by name";
    sqlx::query_scalar(sql).fetch_all(db).await.expect("tables")
}

fn without_a_row(rows: &BTreeMap<String, i64>) -> Vec<&str> {
    rows.iter().filter(|(_, count)| **count == 0).map(|(table, _)| table.as_str()).collect()
}

/// What is wrong with a database that was brought up to this version from these rows.
async fn lost(data: &Path, before: &BTreeMap<String, i64>) -> Vec<String> {
    let mut lost = Vec::new();
    let now = rows(data).await;
    for (table, count) in before.iter().filter(|(table, _)| !TAKEN_AWAY.contains(&table.as_str())) {
        match now.get(table) {
            None => lost.push(format!("{table} is gone")),
            Some(now) if now < count => lost.push(format!("{table} had {count} rows and has {now}")),
            Some(_) => {}
        }
    }
    match compare(data).await {
        Ok(report) => lost.extend(report.differences.iter().map(|it| format!("{}: {:?}", it.table, it.named))),
        Err(error) => lost.push(error.to_string()),
    }
    lost
}

/// Everything in it is read as this version reads it.
async fn is_read(data: &Path) {
    let (mut writer, reader) = store::open(&data.join(Folder::DATABASE), false).await.expect("it opens");
    let size = reader.size().await.expect("a size");
    let entries: Vec<_> = reader.entries(0, size).try_collect().await.expect("entries");
    let subjects = ledger::subjects_in(&reader, entries.iter().map(|it| &*it.facts)).await.expect("subjects");
    for entry in &entries {
        ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects)
            .unwrap_or_else(|error| panic!("{}: {error}", entry.seq));
    }
    let bot = writer.bot().await.expect("it reads").expect("there is one");
    let policy = bot.policy.expect("a policy is in force");
    assert!(reader.policy(policy.as_str()).await.expect("a policy").is_some());
    for kind in CaseKind::ALL {
        let cases = reader.list(kind, None, true, u32::MAX).await.expect("every case reads");
        assert!(!cases.is_empty(), "there are no {}s", kind.word());
        assert_eq!(writer.highest_number(kind).await.expect("a number") as usize, cases.len());
    }
    assert!(writer.head().await.expect("a head").frontier.root() == reader.root(size).await.expect("a root"));
    reader.close().await;
    writer.close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_every_version_comes_up_with_nothing_lost() {
    for version in migrations().await.iter().map(|it| it.version) {
        let data = tempfile::tempdir().expect("a folder");
        as_left_by(version, data.path()).await;
        let before = rows(data.path()).await;
        let empty = without_a_row(&before);
        assert!(empty.is_empty(), "no row of {empty:?} is there to show what migrations after {version} do to it");
        is_read(data.path()).await;
        let lost = lost(data.path(), &before).await;
        assert!(lost.is_empty(), "after the migrations that follow {version}: {lost:#?}");
    }
}

/// The test above would notice: here is what a careless migration does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_loses_something_is_noticed() {
    let lived = tempfile::tempdir().expect("a folder");
    lived_in(lived.path()).await;
    let before = rows(lived.path()).await;
    assert_eq!(lost(lived.path(), &before).await, Vec::<String>::new());
    for (careless, table) in [
        ("drop table message_part", "message_part"),
        ("delete from duty where number = 2", "duty"),
        ("delete from checkpoint", "checkpoint"),
        ("update message set body = '{}' where case_id is not null", "message"),
        ("update outbox set lane = 'local/elsewhere' where state = 'sent'", "outbox"),
        ("update cause set seq = seq + 1", "cause"),
        ("update ledger set case_id = null, case_seq = null where kind = 'said.message'", "ledger"),
        ("alter table case_file add column owner text; update case_file set state = 'open'", "case_file"),
    ] {
        let data = copy(lived.path());
        let mut db = connect(data.path()).await;
        sqlx::raw_sql(careless).execute(&mut db).await.expect(careless);
        db.close().await.expect("closed");
        let lost = lost(data.path(), &before).await;
        assert!(lost.iter().any(|it| it.contains(table)), "{careless}: {lost:?}");
    }
    let mut db = connect(lived.path()).await;
    sqlx::raw_sql("create table fresh (id bigint not null)").execute(&mut db).await.expect("a table");
    db.close().await.expect("closed");
    assert_eq!(without_a_row(&rows(lived.path()).await), ["fresh"]);
}

/// What the next migration will need could be kept at any time; it is where `COUNTERSIGN_WRITE_DATABASE` says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_put_away_comes_back_with_nothing_lost() {
    let data = tempfile::tempdir().expect("a folder");
    lived_in(data.path()).await;
    let before = rows(data.path()).await;
    let text = put_away(data.path()).await;
    let newest = migrations().await.iter().map(|it| it.version).max().expect("a migration");
    let again = tempfile::tempdir().expect("a folder");
    taken_out(newest, text.clone(), again.path()).await;
    assert_eq!(rows(again.path()).await, before);
    assert_eq!(put_away(again.path()).await, text);
    is_read(again.path()).await;
    let lost = lost(again.path(), &before).await;
    assert!(lost.is_empty(), "{lost:#?}");
    if let Some(path) = std::env::var_os("COUNTERSIGN_WRITE_DATABASE") {
        std::fs::write(root().join(path), text).expect("the database is written");
    }
}
