//! What an export of Slack's says: kept once, for what it is, and nothing of it is obeyed.

use countersign::domain::Platform;
use countersign::evidence::import::{self, ImportError, Outcome, Wanted};
use countersign::ledger::record::{HeardRecord, Who};
use serde_json::json;

use super::export::{day, lists, said, with, zipped};
use super::*;

/// Two channels' days, a private channel's and one of direct messages.
fn days() -> Vec<(String, Vec<u8>)> {
    let root = "1452800000.000001";
    vec![
        day(
            "credit-ai/2016-01-14.json",
            &[
                said("U0MAYA", root, "the batch is late"),
                with(said("U0DEV", "1452800060.000002", "looking"), &json!({ "thread_ts": root })),
                with(
                    said("U0DEV", "1452800120.000003", "it was the rates"),
                    &json!({ "edited": { "user": "U0DEV", "ts": "1452800180.000000" }, "reactions": [{ "name": "eyes" }] }),
                ),
                with(
                    said("U0MAYA", "1452800240.000004", "the scores"),
                    &json!({ "subtype": "file_share", "files": [{ "id": "F0SCORES", "name": "scores.csv", "size": 9 }] }),
                ),
                with(said("U0DEV", "1452800300.000005", ""), &json!({ "subtype": "channel_join" })),
                with(
                    said("", "1452800360.000006", "deployed"),
                    &json!({ "subtype": "bot_message", "bot_id": "B0TRAVIS", "username": "Travis" }),
                ),
                said("U0MAYA", "not a moment", "nobody knows when"),
            ],
        ),
        day(
            "credit-ai/2016-01-15.json",
            &[
                said("maya", "1452886400.000001", "@countersign incident open credit-scoring sev1 Boom"),
                said("U0MAYA", "1452886401.000001", "/incident open credit-scoring sev1 Boom"),
            ],
        ),
        day("random/2016-01-14.json", &[said("U0DEV", "1452800000.000009", "lunch?")]),
        day("secret/2016-01-14.json", &[said("U0DEV", "1452800000.000010", "between us")]),
        day("D0MAYADEV/2016-01-14.json", &[said("U0DEV", "1452800000.000011", "just you and me")]),
    ]
}

fn whole() -> Vec<(String, Vec<u8>)> {
    lists().into_iter().chain(days()).collect()
}

fn wanted<'a>(data: &'a Path, archive: &'a Path) -> Wanted<'a> {
    let workflow = "credit-scoring".into();
    Wanted { data, archive, platform: Platform::from("slack"), workflow, private: false }
}

async fn taken(wanted: &Wanted<'_>) -> Result<Outcome, ImportError> {
    // Another test's process may hold a copy of a lock for a moment.
    for _ in 0..100 {
        match import::slack(wanted).await {
            Err(ImportError::Folder(_)) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            done => return done,
        }
    }
    import::slack(wanted).await
}

/// A folder in which a bot was at work.
async fn used() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    House::open(data.path(), START).await.expect("the bot lives").stop().await;
    data
}

/// Everything that was heard.
async fn heard(data: &Path) -> Vec<(String, HeardRecord)> {
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await.expect("the database");
    let entries: Vec<EntryRead> =
        reader.entries(0, reader.size().await.expect("a size")).try_collect().await.expect("the ledger");
    let subjects = ledger::subjects_in(&reader, entries.iter().map(|it| &*it.facts)).await.expect("subjects");
    reader.close().await;
    let record = |it: EntryRead| {
        let record = ledger::read(&it.leaf, &it.facts, it.words.as_deref(), &subjects).expect("a record");
        Some((it.kind, record.heard()?.clone()))
    };
    entries.into_iter().filter_map(record).collect()
}

async fn size(data: &Path) -> u64 {
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await.expect("the database");
    let size = reader.size().await.expect("a size");
    reader.close().await;
    size
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_kept_once_and_marked_and_nothing_in_it_is_obeyed() {
    let (folder, export) = (used().await, tempfile::tempdir().expect("a folder"));
    let data = folder.path();
    let archive = zipped(export.path(), "export.zip", &whole());
    let outcome = taken(&wanted(data, &archive)).await.expect("it is imported");
    assert_eq!((outcome.kept, outcome.known, outcome.conversations), (9, 0, 2), "{outcome}");
    assert_eq!((outcome.private, outcome.unread, outcome.edited, outcome.files), (2, 1, 1, 1), "{outcome}");
    let shown = outcome.to_string();
    for words in [
        "9 messages of 2 conversations",
        "SHA-256",
        "nobody signed the export",
        "last version",
        "2 private",
        "--private",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let records = heard(data).await;
    let imported: Vec<&HeardRecord> =
        records.iter().filter(|(kind, _)| kind == "said.imported").map(|(_, heard)| heard).collect();
    assert_eq!(imported.len(), 9);
    for heard in &imported {
        let mark = heard.imported.as_ref().expect("it says so");
        assert_eq!((mark.archive.as_str(), mark.workflow.as_str()), (&*outcome.sha256, "credit-scoring"));
        assert!(matches!(&heard.who, Who::Stranger(account) if account.as_str().starts_with("slack/")), "{heard:?}");
        assert!(heard.answer.is_none() && !heard.backfilled);
    }
    let text = |wanted: &str| {
        let said = |heard: &&&HeardRecord| matches!(&heard.what, What::Said { text, .. } if text == wanted);
        *imported.iter().find(said).unwrap_or_else(|| panic!("{wanted} is kept"))
    };
    assert_eq!(text("looking").thread.as_deref(), Some("1452800000.000001"));
    assert!(text("it was the rates").imported.as_ref().is_some_and(|it| it.edited));
    assert!(text("it was the rates").raw.as_ref().is_some_and(|raw| raw.contains("eyes")));
    assert_eq!(text("the scores").not_kept[0].why, WhyNotKept::NotExported);
    assert!(text("deployed").from.get().is_some_and(|from| from.bot && from.name == "Travis"));
    // Who wrote it has an account that isn't one: it is nobody's.
    assert!(
        text("@countersign incident open credit-scoring sev1 Boom").from.get().is_some_and(|from| from.id == "unknown")
    );

    // Twice is once.
    let before = size(data).await;
    let again = taken(&wanted(data, &archive)).await.expect("it is looked into");
    assert_eq!((again.kept, again.known), (0, 9), "{again}");
    assert_eq!(size(data).await, before);
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
    assert!(compare(data).await.expect("a comparison").is_good());

    // The bot goes on, and signs it; nothing was opened, and whoever is shown a message is shown what it is.
    let mut house = House::open(data, START + Span::hours(1)).await.expect("the bot goes on");
    assert!(!house.ask("maya", "/incident list").await.contains("Boom"));
    let lane = "slack/C0CREDIT".parse().expect("a lane");
    let rows = house.reader.messages(&lane, Stretch::Before(None), 20).await.expect("the transcript");
    let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
    assert!(ids.is_sorted() && ids.len() == 7, "{ids:?}");
    assert!(rows.iter().all(|row| row.author.ends_with("(imported)") && row.person.is_none()), "{rows:#?}");
    // How far the platform itself was heard is another matter.
    let known = house.reader.newest(&Platform::from("slack"), "countersign", None).await.expect("the database");
    assert_eq!(known, []);
    house.stop().await;
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_conversations_are_imported_where_they_are_asked_for() {
    let (folder, export) = (used().await, tempfile::tempdir().expect("a folder"));
    let archive = zipped(export.path(), "export.zip", &whole());
    let wanted = Wanted { private: true, ..wanted(folder.path(), &archive) };
    let outcome = taken(&wanted).await.expect("it is imported");
    assert_eq!((outcome.kept, outcome.private, outcome.conversations), (11, 0, 4), "{outcome}");
    let lanes: Vec<String> = heard(folder.path()).await.iter().map(|(_, heard)| heard.lane.to_string()).collect();
    assert!(["slack/G0SECRET", "slack/D0MAYADEV"].iter().all(|lane| lanes.iter().any(|it| it == lane)), "{lanes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_export_or_not_for_this_folder_is_refused_and_nothing_is_written() {
    let (folder, export) = (used().await, tempfile::tempdir().expect("a folder"));
    let (data, before) = (folder.path(), size(folder.path()).await);
    let refused = async |name: &str, files: &[(String, Vec<u8>)]| {
        let archive = zipped(export.path(), name, files);
        taken(&wanted(data, &archive)).await.expect_err("it is refused").to_string()
    };
    let one = |name: &str| vec![(name.to_owned(), b"[]".to_vec())];
    for name in ["../channels.json", "/etc/channels.json", "a\\..\\channels.json"] {
        let files: Vec<_> = lists().into_iter().chain(one(name)).collect();
        let why = refused("strange.zip", &files).await;
        assert!(why.contains("leads elsewhere") && why.contains("Have it made anew"), "{name}: {why}");
    }
    let why = refused("none.zip", &one("users.json")).await;
    assert!(why.contains("is no export of Slack's"), "{why}");
    let why = refused("broken.zip", &[("channels.json".to_owned(), b"{".to_vec())]).await;
    assert!(why.contains("is no export of Slack's"), "{why}");
    std::fs::write(export.path().join("text.zip"), "no zip").expect("written");
    let archive = export.path().join("text.zip");
    let why = taken(&wanted(data, &archive)).await.expect_err("it is refused").to_string();
    assert!(why.contains("is no export of Slack's"), "{why}");
    let archive = zipped(export.path(), "export.zip", &whole());
    let other = Wanted { workflow: "nothing".into(), ..wanted(data, &archive) };
    let why = taken(&other).await.expect_err("it is refused").to_string();
    assert!(why.contains("credit-scoring") && why.contains("--workflow"), "{why}");
    assert_eq!(size(data).await, before);
    // While a bot is at work there, it is its folder.
    let house = House::open(data, START + Span::hours(1)).await.expect("the bot goes on");
    let why = import::slack(&wanted(data, &archive)).await.expect_err("it is refused").to_string();
    assert!(why.contains("in use by another countersign process. Stop that one first"), "{why}");
    house.stop().await;
}

/// A day that is broken is left out whole, and said; the others are kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_is_broken_is_left_out_whole() {
    let (folder, export) = (used().await, tempfile::tempdir().expect("a folder"));
    let mut files = whole();
    let broken = files.iter_mut().find(|(name, _)| name == "credit-ai/2016-01-14.json").expect("a day");
    broken.1.truncate(broken.1.len() / 2);
    let archive = zipped(export.path(), "export.zip", &files);
    let outcome = taken(&wanted(folder.path(), &archive)).await.expect("the others are imported");
    assert_eq!((outcome.kept, outcome.broken.len()), (3, 1), "{outcome}");
    assert!(outcome.to_string().contains("credit-ai/2016-01-14.json: it is no list of messages"), "{outcome}");
}

async fn on_the_disk(data: &Path, statement: &'static str) {
    use sqlx::ConnectOptions as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    sqlx::query(statement).execute(&mut db).await.expect(statement);
    sqlx::Connection::close(db).await.expect("the database");
}

/// The disk takes one day and no more; the next run brings the rest, and nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_cut_short_is_run_again() {
    let (folder, export) = (used().await, tempfile::tempdir().expect("a folder"));
    let data = folder.path();
    let archive = zipped(export.path(), "export.zip", &whole());
    let refuse = "create trigger refused before insert on ledger when new.kind = 'said.imported' and \
                  (select count(*) from ledger where kind = 'said.imported') >= 7 begin select raise(abort, 'full'); end";
    on_the_disk(data, refuse).await;
    taken(&wanted(data, &archive)).await.expect_err("the disk is full");
    let kept = |records: &[(String, HeardRecord)]| records.iter().filter(|(kind, _)| kind == "said.imported").count();
    assert_eq!(kept(&heard(data).await), 6, "the first day, whole, and nothing of the second");
    on_the_disk(data, "drop trigger refused").await;
    let outcome = taken(&wanted(data, &archive)).await.expect("the rest is imported");
    assert_eq!((outcome.kept, outcome.known), (3, 6), "{outcome}");
    assert_eq!(kept(&heard(data).await), 9);
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
}

/// A real export, where it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_export_is_imported_once() {
    let shared = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let archive = shared.join("conversations/slack-export.zip");
    if !archive.is_file() {
        println!("skipped: no shared data");
        return;
    }
    let folder = used().await;
    let outcome = taken(&wanted(folder.path(), &archive)).await.expect("it is imported");
    println!("{outcome}");
    assert_eq!(
        (outcome.kept, outcome.unread, outcome.broken.len(), outcome.conversations),
        (158, 0, 0, 2),
        "{outcome}"
    );
    let again = taken(&wanted(folder.path(), &archive)).await.expect("it is looked into");
    assert_eq!((again.kept, again.known), (0, 158), "{again}");
    must_say(&audit::verify(folder.path()).await.expect("a verdict"), true, true, &[]);
}
