//! What happens when the machine lets the bot down: writes that fail, clocks that jump, folders that aren't what they were,
//! two clicks at once, the same event twice. The person gets an answer, nothing is half done, and it goes on when it can.

#[path = "faults/kinds.rs"]
mod kinds;
mod kit;
#[path = "kit/machine.rs"]
mod machine;
#[path = "faults/seal.rs"]
mod seal;
#[path = "faults/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use countersign::chat::{Chats, local};
use countersign::clock::Clock;
use countersign::desk::Handled;
use countersign::domain::kinds::{DutyEvent, approval, incident};
use countersign::domain::mark::Words;
use countersign::domain::{Event, Span};
use countersign::grammar::Filled;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::{File, What};
use kit::bot::{self, Bot, NotReady, Room, countersign, until};
use kit::house::{House, MONDAY};
use kit::written::{self, Written};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{ConnectOptions as _, Connection as _};

const EXAMPLE: &str = countersign::domain::policy::EXAMPLE;

/// Every file below a folder, by its hash; empty where there is no folder. SQLite's own scratch beside a database counts
/// only if there is something in it.
fn listing(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return all };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(listing(&path));
            all.insert(path, "a folder".to_owned());
        } else {
            let bytes = fs::read(&path).expect("a file");
            let name = path.to_string_lossy();
            if name.ends_with("-shm") || (name.ends_with("-wal") && bytes.is_empty()) {
                continue;
            }
            all.insert(path, hex::encode(Sha256::digest(&bytes)));
        }
    }
    all
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is text")
}

async fn database(data: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    options.connect().await.expect("the database opens")
}

/// A folder that a bot ran in and left well, with one request in it.
async fn lived_in() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let bot = Bot::start(&data);
    request(&bot.room, "Ship v1", "k1").await.expect("an answer").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    (folder, data)
}

async fn request(room: &Room, title: &str, key: &str) -> Result<bot::Reply, reqwest::Error> {
    let text = format!("/approval request credit-scoring \"{title}\"");
    room.post("say", &json!({ "as": "maya", "channel": "credit-ai", "text": text, "key": key })).await
}

fn requests(written: &Written, title: &str) -> usize {
    written
        .events()
        .filter(
            |(_, event)| matches!(event, Event::Approval(approval::Event::Requested(it)) if it.began.title == title),
        )
        .count()
}

/// The bot is asked while it hurts, and again once it is well.
async fn answers_hurt_and_recovers(
    bot: Bot,
    data: &Path,
    steady: bool,
    hurt: impl AsyncFnOnce(&Bot),
    heal: impl AsyncFnOnce(&Bot),
) {
    let room = bot.room.clone();
    request(&room, "Ship before", "before").await.expect("an answer").ok();
    assert_eq!(room.healthz().await.status, 200);
    // A receipt that is being committed while it begins to hurt would be counted as written meanwhile.
    until("it has come to rest", async || {
        let before = Written::read(data).await.entries.len();
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        Written::read(data).await.entries.len() == before
    })
    .await;
    hurt(&bot).await;
    let before = Written::read(data).await.entries.len();
    let reply = request(&room, "Ship meanwhile", "meanwhile").await.expect("the person gets an answer");
    assert_eq!(reply.failed(503), "fault");
    let sentence = reply.body["sentence"].as_str().expect("a sentence");
    let reference = sentence.split("Reference ").nth(1).and_then(|rest| rest.split('.').next()).expect("a reference");
    until("the operator finds it in the log", async || bot.logged().contains(reference)).await;
    // It says so as long as it is so, not only until the next look. (On a full disk a little may still fit.)
    until("health says so", async || {
        assert_eq!(request(&room, "Ship meanwhile", "meanwhile").await.expect("an answer").failed(503), "fault");
        let health = room.healthz().await;
        health.status == 503 && health.body["last_commit_failed"] == true
    })
    .await;
    for _ in 0..if steady { 15 } else { 0 } {
        let health = room.healthz().await;
        assert_eq!(health.status, 503, "{}", health.text);
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    assert_eq!(Written::read(data).await.entries.len(), before, "nothing half done");
    heal(&bot).await;
    until("it is well again by itself", async || room.healthz().await.status == 200).await;
    let first = request(&room, "Ship meanwhile", "meanwhile").await.expect("an answer").ok();
    let again = request(&room, "Ship meanwhile", "meanwhile").await.expect("an answer").ok();
    assert_eq!(first, again);
    let clock = room.post("clock", &json!({ "advance": "2h" })).await.expect("an answer").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(data).await;
    let written = Written::read(data).await;
    for title in ["Ship before", "Ship meanwhile"] {
        assert_eq!(requests(&written, title), 1, "{title}");
    }
    written.check_told_once(countersign::domain::At(clock["now_us"].as_i64().expect("a moment")));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_may_not_grow() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        return println!("skipped: no prlimit");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    // A write beyond the limit fails, as on a full disk; without the trap the kernel would end the process. Not even one page
    // of the write-ahead log fits below it.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_countersign"), "--clock", "manual"]);
    shell.args(["--listen", "127.0.0.1:0", "--data", text(&data)]);
    let bot = Bot::from(shell).expect("it starts");
    let limit = |bot: &Bot, bytes: &str| {
        let limited =
            Command::new("prlimit").args(["--pid", &bot.id().to_string(), &format!("--fsize={bytes}:")]).status();
        assert!(limited.expect("prlimit runs").success());
    };
    answers_hurt_and_recovers(bot, &data, true, async |bot| limit(bot, "1024"), async |bot| limit(bot, "unlimited"))
        .await;
}

/// Mounted over a folder; gone with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Needs the right to mount.
    fn over(path: &Path) -> Option<SmallDisk> {
        fs::create_dir_all(path).expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "countersign-test", text(path)]).output();
        mounted.is_ok_and(|it| it.status.success()).then(|| SmallDisk(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_full() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let disk = folder.path().join("disk");
    let Some(_disk) = SmallDisk::over(&disk) else { return println!("skipped: no right to mount a small disk") };
    let (data, filler) = (disk.join("data"), disk.join("filler"));
    let bot = Bot::start(&data);
    let fill = async |_: &Bot| {
        let mut file = fs::File::create(&filler).expect("a file");
        let page = [0_u8; 4096];
        while std::io::Write::write_all(&mut file, &page).is_ok() {}
    };
    answers_hurt_and_recovers(bot, &data, false, fill, async |_| fs::remove_file(&filler).expect("it goes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_holds_the_database() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let bot = Bot::start(&data);
    let other = tokio::sync::Mutex::new(database(&data).await);
    let ask = async |sql: &'static str| {
        sqlx::query(sql).execute(&mut *other.lock().await).await.expect("the lock");
    };
    answers_hurt_and_recovers(
        bot,
        &data,
        true,
        async |_| ask("begin immediate").await,
        async |_| ask("rollback").await,
    )
    .await;
}

async fn local_house(data: &Path, clock: &Clock) -> House {
    let chats = |desk: &countersign::desk::DeskHandle| Chats::default().with(Arc::new(local::Local::new(desk.watch())));
    House::try_open(data, EXAMPLE, clock.clone(), chats).await.expect("the desk opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_goes_back_and_the_ledger_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(MONDAY, 0);
    let house = local_house(folder.path(), &clock).await;
    house.command("r1", "maya", "/approval request credit-scoring \"Ship v1\"").await;
    clock.move_to(MONDAY + Span::minutes(30));
    house.command("n1", "maya", "/approval note APR-1 half an hour later").await;

    clock.set(MONDAY - Span::minutes(30));
    for nth in 2..6 {
        house.command(&format!("r{nth}"), "maya", &format!("/approval request credit-scoring \"Ship v{nth}\"")).await;
    }
    let told = async |what: &str| {
        let written = Written::of(&house.reader).await;
        written.told().any(|told| told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains(what))
    };
    until("what was asked on the earlier clock is shown", async || told("Ship v5").await).await;
    until("the people who must decide hear of it", async || {
        Written::of(&house.reader).await.told().any(|told| {
            told.card_shows.is_none()
                && told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains("Ship v5")
        })
    })
    .await;
    until("the operators hear", async || {
        Written::of(&house.reader).await.told().any(|told| {
            told.lane.to_string() == "local/countersign-ops"
                && told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains("clock")
        })
    })
    .await;
    let written = Written::of(&house.reader).await;
    assert_eq!(written.count("bot.clock-went-back"), 1, "{:?}", written.kinds());
    // Heads are signed by the clock as it is.
    let signed = house.reader.last_checkpoint().await.expect("heads").map_or(0, |(size, _, _)| size);
    clock.set(MONDAY - Span::minutes(27));
    house.command("n2", "maya", "/approval note APR-1 three minutes later").await;
    until("a head is signed", async || {
        house.reader.last_checkpoint().await.expect("heads").is_some_and(|(size, _, _)| size > signed)
    })
    .await;
    // It catches up, and jumps back again: that is another jump.
    clock.set(MONDAY + Span::minutes(40));
    house.command("n3", "maya", "/approval note APR-1 caught up").await;
    clock.set(MONDAY);
    house.command("n4", "maya", "/approval note APR-1 and back again").await;
    house.command("n5", "maya", "/approval note APR-1 and on").await;
    assert_eq!(Written::of(&house.reader).await.count("bot.clock-went-back"), 2);
    house.stop().await;
    written::verifies(folder.path()).await;
    let written = Written::read(folder.path()).await;
    assert!(written.entries.is_sorted_by_key(|it| it.at), "moments in the ledger never go back");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_goes_far_forward_and_one_true_thing_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(MONDAY, 0);
    let house = local_house(folder.path(), &clock).await;
    house.command("r1", "maya", "/approval request credit-scoring \"Ship v1\"").await;
    clock.set(MONDAY + Span::days(400));
    until("it is late", async || Written::of(&house.reader).await.count("duty.late") == 1).await;
    until("quiet", async || house.reader.outbox_next(&[]).await.expect("a moment").is_none_or(|at| at > clock.now()))
        .await;
    let written = Written::of(&house.reader).await;
    let passed = |event: &Event| match event {
        Event::Duty(DutyEvent { number: 1, change }) => change.passed().is_some(),
        _ => false,
    };
    let passed = written.events().filter(|(_, event)| passed(event)).count();
    assert!(passed <= 2, "told {passed} times of one obligation for one jump");
    house.stop().await;
    written::verifies(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_at_once_are_two_rulings_at_most() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let bot = Bot::start(&data);
    let room = bot.room.clone();
    let press = async |who: &str, action: &str| {
        let body = json!({ "as": who, "message": null, "channel": "credit-ai", "action": action });
        room.post("press", &body).await.expect("an answer").ok()
    };
    const ROUNDS: usize = 20;
    for nth in 1..=ROUNDS {
        request(&room, &format!("Ship v{nth}"), &format!("k{nth}")).await.expect("an answer").ok();
        let approve = format!("approve:APR-{nth}");
        match nth % 3 {
            // Three at once, where two are enough.
            0 => drop(tokio::join!(press("priya", &approve), press("tomas", &approve), press("anika", &approve))),
            // The same person twice at once, then somebody else.
            1 => {
                tokio::join!(press("priya", &approve), press("priya", &approve));
                press("tomas", &approve).await;
            }
            _ => drop(tokio::join!(press("priya", &approve), press("tomas", &approve))),
        }
        room.say("maya", "credit-ai", &format!("/incident open credit-scoring sev2 Drift {nth}")).await.ok();
        let ack = format!("ack:INC-{nth}");
        tokio::join!(press("dev", &ack), press("lena", &ack), press("dev", &ack));
    }
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    let written = Written::read(&data).await;
    for nth in 1..=ROUNDS {
        let of = |case: String, what: fn(&Event) -> bool| {
            written.events().filter(|(entry, event)| entry.case.as_ref() == Some(&case) && what(event)).count()
        };
        assert_eq!(
            of(format!("APR-{nth}"), |event| matches!(event, Event::Approval(approval::Event::Voted(_)))),
            2,
            "APR-{nth}"
        );
        let voters: BTreeSet<&countersign::domain::PersonId> =
            written
                .events()
                .filter(|(entry, _)| entry.case.as_ref() == Some(&format!("APR-{nth}")))
                .filter_map(|(_, event)| {
                    if let Event::Approval(approval::Event::Voted(vote)) = event { Some(&vote.by) } else { None }
                })
                .collect();
        assert_eq!(voters.len(), 2, "APR-{nth} was decided by {voters:?}");
        assert_eq!(
            of(format!("APR-{nth}"), |event| matches!(event, Event::Approval(approval::Event::Approved(_)))),
            1,
            "APR-{nth}"
        );
        assert_eq!(
            of(format!("INC-{nth}"), |event| matches!(event, Event::Incident(incident::Event::Acknowledged { .. }))),
            1,
            "INC-{nth}"
        );
    }
    written::verifies(&data).await;
}

/// Told twice, at once and later: the same answer, and one entry.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_told_again_gets_the_stored_answer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(MONDAY, 0);
    let mut house = local_house(folder.path(), &clock).await;
    let lane = "local/credit-ai";
    let said = |message: &str, text: &str| What::Said {
        message: message.to_owned(),
        text: text.to_owned(),
        files: Words::default(),
    };
    let command = |text: &str| What::Command { text: text.to_owned() };
    let pressed = |action: &str| What::Pressed { message: String::new(), action: action.to_owned() };
    let values: BTreeMap<String, String> = [("workflow", "credit-scoring"), ("severity", "sev2"), ("title", "Drift")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    let heard: Vec<(&str, &str, What)> = vec![
        ("maya", "a command", command("/approval request credit-scoring \"Ship v1\"")),
        ("maya", "chatter", said("m1", "the batch looks odd")),
        ("maya", "a mention", said("m2", "@countersign approval note APR-1 the drift report")),
        ("priya", "a press", pressed("approve:APR-1")),
        ("maya", "a form", What::Filled(Filled::form("incident.open", values.clone()))),
        ("maya", "a form with errors", What::Filled(Filled::form("incident.open", BTreeMap::new()))),
        ("maya", "a question", command("/sla mine")),
        ("maya", "a refusal", command("/approval approve APR-1")),
        ("maya", "not understood", command("/approval frobnicate")),
        ("maya", "a delegation", command("/approval delegate @jonas until 2h away at the dentist")),
        ("maya", "an edit", What::Edited { message: "m1".to_owned(), text: "the batch looks very odd".to_owned() }),
        ("maya", "a deletion", What::Deleted { message: "m1".to_owned() }),
        ("anika", "a reload", command("/sla policy reload")),
        ("stranger", "a stranger", command("/sla mine")),
        ("stranger", "a stranger's words", said("m3", "hello")),
    ];
    for (who, cause, what) in &heard {
        let before = Written::of(&house.reader).await.heard().count();
        let (first, second) =
            tokio::join!(house.hear(cause, who, lane, what.clone()), house.hear(cause, who, lane, what.clone()));
        assert_same(cause, &first.expect("an answer"), &second.expect("an answer"));
        let after = Written::of(&house.reader).await.heard().count();
        assert_eq!(after, before + 1, "{cause} was heard twice");
    }
    let before = Written::of(&house.reader).await;
    for process in 0..2 {
        for (who, cause, what) in &heard {
            let again = house.hear(cause, who, lane, what.clone()).await.expect("an answer");
            let once_more = house.hear(cause, who, lane, what.clone()).await.expect("an answer");
            assert_same(cause, &again, &once_more);
        }
        if process == 0 {
            house.stop().await;
            house = local_house(folder.path(), &clock).await;
        }
    }
    let after = Written::of(&house.reader).await;
    assert_eq!(before.heard().count(), after.heard().count());
    assert_eq!(before.events().count(), after.events().count());
    house.stop().await;
    written::verifies(folder.path()).await;
}

/// A word that only asks for the file to be read is kept before the file is: what came between is asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_told_again_is_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let house = local_house(folder.path(), &Clock::manual(MONDAY, 0)).await;
    let reload = || What::Command { text: "/sla reload".to_owned() };
    let mut words = Vec::new();
    for _ in 0..2 {
        let handled = house.hear("s1", "maya", "local/credit-ai", reload()).await.expect("an answer");
        let Handled::ReloadPolicy { by, word } = handled else { panic!("{handled:?}") };
        assert_eq!(by.as_str(), "maya");
        words.push(word);
    }
    assert_eq!(words[0], words[1], "it is one word, and one entry");
    house.stop().await;
}

#[track_caller]
/// What a question brought up is recorded with the word that asked first, and only with that.
fn assert_same(cause: &str, first: &Handled, second: &Handled) {
    let is_asked_by = |handled: &Handled| match handled {
        Handled::Query { query, by, word: _ } => Some((query.clone(), by.clone())),
        _ => None,
    };
    match (is_asked_by(first), is_asked_by(second)) {
        (None, None) => assert_eq!(first, second, "{cause} got another answer"),
        (asked, again) => assert_eq!(asked, again, "{cause} is another question"),
    }
}

fn refused(data: &Path, more: &[&str]) -> NotReady {
    match Bot::try_start(data, more) {
        Err(not_ready) => not_ready,
        Ok(_) => panic!("it started"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_noticed_and_recovered_from() {
    let (folder, data) = lived_in().await;
    let backup = folder.path().join("backup.db");
    fs::copy(data.join(Folder::DATABASE), &backup).expect("a copy");
    let bot = Bot::start(&data);
    request(&bot.room, "Ship v2", "k2").await.expect("an answer").ok();
    bot.stop();
    fs::copy(&backup, data.join(Folder::DATABASE)).expect("a copy");
    let before = listing(&data);
    let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
    assert!(!status.success() && log.contains("countersign recover") && log.contains("restored backup"), "{log}");
    assert_eq!(listing(&data), before, "nothing was changed");
    let verdict = bot::run(&["verify", "--data", text(&data)]);
    assert!(
        !verdict.status.success() && bot::words(&verdict).contains("Completeness: BROKEN"),
        "{}",
        bot::words(&verdict)
    );

    let hesitant = bot::run(&["recover", "--data", text(&data)]);
    assert!(!hesitant.status.success() && bot::words(&hesitant).contains("--accept-loss"), "{}", bot::words(&hesitant));
    assert_eq!(listing(&data), before, "nothing was changed");
    let recovered = bot::run(&["recover", "--accept-loss", "--data", text(&data)]);
    assert!(recovered.status.success(), "{}", bot::words(&recovered));
    let verdict = bot::run(&["verify", "--data", text(&data)]);
    assert!(verdict.status.success(), "{}", bot::words(&verdict));
    let bot = Bot::start(&data);
    request(&bot.room, "Ship v3", "k3").await.expect("an answer").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(&data).await;
    let written = Written::read(&data).await;
    assert_eq!(
        (requests(&written, "Ship v1"), requests(&written, "Ship v2"), requests(&written, "Ship v3")),
        (1, 0, 1)
    );
    assert_eq!(written.count("bot.recovered"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_database_is_named_by_its_place() {
    // What was done to it; whether a start notices by itself; what verify must name.
    let cases = [
        (
            "update ledger set words = replace(words, 'Ship v1', 'Ship v9') where instr(words, 'Ship v1') > 0",
            false,
            "The words of entry N are",
        ),
        ("update ledger set leaf = replace(leaf, '\"seq\":3', '\"seq\":4') where seq = 3", false, "3"),
        ("update ledger set at_us = at_us + 1 where seq = 2", false, "2"),
        ("update ledger set hash = zeroblob(32) where seq = 2", true, "2"),
        ("delete from ledger where seq = 2", true, "2"),
        ("delete from ledger where seq = (select max(seq) from ledger)", true, "signed"),
        ("update checkpoint set note = replace(note, 'countersign', 'someoneelse')", false, "head"),
    ];
    for (sql, at_start, names) in cases {
        let (_folder, data) = lived_in().await;
        let mut db = database(&data).await;
        let place = "select seq from ledger where instr(words, 'Ship v1') > 0 order by seq limit 1";
        let place: i64 = sqlx::query_scalar(place).fetch_one(&mut db).await.expect("a request");
        let names = names.replace('N', &place.to_string());
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut db).await.expect("it can be altered");
        db.close().await.expect("closed");
        let verdict = bot::run(&["verify", "--data", text(&data)]);
        let words = bot::words(&verdict);
        assert!(!verdict.status.success() && words.contains("BROKEN") && words.contains(&names), "{sql}: {words}");
        if at_start {
            let before = listing(&data);
            let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
            assert!(!status.success() && log.contains("countersign "), "{sql}: {log}");
            assert_eq!(listing(&data), before, "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_folder_is_turned_away() {
    let (_folder, data) = lived_in().await;
    let bot = Bot::start(&data);
    for args in [&["--clock", "manual"][..], &[]] {
        let NotReady { status, log } = refused(&data, args);
        assert!(!status.success() && log.contains("in use by another countersign process"), "{log}");
    }
    for command in [&["rebuild", "--data"][..], &["recover", "--accept-loss", "--data"]] {
        let output = bot::run(&[command, &[text(&data)]].concat());
        let words = bot::words(&output);
        assert!(
            !output.status.success() && words.contains("in use by another countersign process"),
            "{command:?}: {words}"
        );
    }
    // Looking is no trouble.
    let verdict = bot::run(&["verify", "--data", text(&data)]);
    assert!(verdict.status.success(), "{}", bot::words(&verdict));
    request(&bot.room, "Ship v2", "k2").await.expect("the first one works on").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
}

/// What the operator wrote is found wrong before anything is created.
#[test]
fn mistakes_of_the_operator_leave_no_trace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("text").to_owned()
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let unknown_key = write("unknown.toml", "data = \"x\"\nlisen = \"127.0.0.1:1\"\n");
    let bad_address = write("address.toml", "\nlisten = \"here\"\n");
    let bad_span = write("span.toml", "checkpoint_every = \"soon\"\n");
    let broken = write("broken.toml", "listen = \n");
    let policy =
        write("policy.toml", &EXAMPLE.replacen("members = [\"dev\", \"lena\"]", "members = [\"dev\", \"lina\"]", 1));
    let not_toml = write("not.toml", "[policy\nname = \"x\"\n");
    let cases: Vec<(Vec<&str>, Vec<&str>)> = vec![
        (vec!["--config", &unknown_key], vec![&unknown_key, ":2:", "`listen`"]),
        (vec!["--config", &bad_address], vec![&bad_address, ":2:", "127.0.0.1:7311"]),
        (vec!["--config", &bad_span], vec![&bad_span, ":1:", "1m"]),
        (vec!["--config", &broken], vec![&broken, ":1:"]),
        (vec!["--config", "/nowhere/c.toml"], vec!["/nowhere/c.toml"]),
        (vec!["--listen", "somewhere"], vec!["--listen"]),
        (vec!["--listen", "0.0.0.0:0"], vec!["--open-to-network"]),
        (vec!["--listen", &port], vec![&port, "in use", "--listen"]),
        (vec!["--policy", &policy], vec![&policy, "lina", "lena"]),
        (vec!["--policy", &not_toml], vec![&not_toml, "1"]),
        (vec!["--policy", "/nowhere/p.toml"], vec!["/nowhere/p.toml"]),
        (vec!["--templates", "/nowhere/t"], vec!["/nowhere/t"]),
        (vec!["--frobnicate"], vec!["--frobnicate"]),
        (vec!["--clock", "sundial"], vec!["sundial", "manual"]),
    ];
    let before = listing(folder.path());
    for (args, names) in cases {
        let data = folder.path().join("data");
        let mut all = vec!["--data", text(&data)];
        if !args.contains(&"--listen") && args.get(1) != Some(&bad_address.as_str()) {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(&args);
        let Err(NotReady { status, log: words }) = Bot::from(countersign(&all)) else { panic!("{args:?} went well") };
        assert!(!status.success(), "{args:?} went well: {words}");
        for name in names {
            assert!(words.contains(name), "{args:?} doesn't name {name}: {words}");
        }
        assert!(!data.exists(), "{args:?} left a folder");
        assert_eq!(listing(folder.path()), before, "{args:?}");
    }
    let mut command = countersign(&["--data", text(&folder.path().join("data"))]);
    command.env("COUNTERSIGN_LISTEN", "there");
    let Err(NotReady { log: words, .. }) = Bot::from(command) else { panic!("it started") };
    assert!(words.contains("COUNTERSIGN_LISTEN=there") && !folder.path().join("data").exists(), "{words}");
}

/// A folder that isn't as this version left it is left as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_as_it_was_left_is_not_touched() {
    type Spoil = fn(&Path);
    let spoil: [(&str, Spoil, &str); 6] = [
        (
            "a database that is none",
            |data| {
                fs::write(data.join(Folder::DATABASE), b"not a database at all, but long enough to look at".repeat(99))
                    .expect("written")
            },
            "countersign.db",
        ),
        (
            "a database that is a folder",
            |data| {
                fs::remove_file(data.join(Folder::DATABASE)).expect("gone");
                fs::create_dir(data.join(Folder::DATABASE)).expect("a folder");
            },
            "countersign.db",
        ),
        ("a head that is none", |data| fs::write(data.join("checkpoint"), "nonsense").expect("written"), "checkpoint"),
        (
            "a key that is none",
            |data| fs::write(data.join("keys/ledger.seed"), "nonsense").expect("written"),
            "ledger.seed",
        ),
        ("a key that is gone", |data| fs::remove_file(data.join("keys/ledger.seed")).expect("gone"), "ledger.seed"),
        (
            "another key",
            |data| fs::write(data.join("keys/ledger.seed"), "ab".repeat(32)).expect("written"),
            "of different ledgers",
        ),
    ];
    for (what, spoil, names) in spoil {
        let (_folder, data) = lived_in().await;
        spoil(&data);
        let before = listing(&data);
        let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
        assert!(!status.success() && log.contains(names), "{what}: {log}");
        assert_eq!(listing(&data), before, "{what}");
    }

    let (_folder, data) = lived_in().await;
    let mut db = database(&data).await;
    let future = "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
                  values (99990101000000, 'from the future', '2099-01-01', true, zeroblob(48), 1)";
    sqlx::query(future).execute(&mut db).await.expect("a row");
    db.close().await.expect("closed");
    let before = listing(&data);
    let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
    assert!(!status.success() && log.contains("newer countersign") && log.contains("99990101000000"), "{log}");
    assert_eq!(listing(&data), before, "nothing was changed");
}

/// The machine's clock was a day ahead once, and is right now: the operator can say so, and it is recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_once_ahead_has_a_way_out() {
    let (_folder, data) = lived_in().await;
    let bot = Bot::start(&data);
    bot.room.post("clock", &json!({ "advance": "24h" })).await.expect("an answer").ok();
    request(&bot.room, "Ship v2", "k2").await.expect("an answer").ok();
    assert!(bot.stop().0.success());
    let NotReady { status, log } = refused(&data, &["--clock", "real"]);
    assert!(
        !status.success() && log.contains("ahead of this machine's clock") && log.contains("--accept-clock"),
        "{log}"
    );
    let bot = Bot::try_start(&data, &["--clock", "real", "--accept-clock"]).expect("it starts");
    let health = bot.room.healthz().await;
    assert!(health.status == 503 && health.body["clock_behind_us"].as_i64() > Some(60_000_000), "{}", health.text);
    request(&bot.room, "Ship v3", "k3").await.expect("an answer").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    let written = Written::read(&data).await;
    assert_eq!((written.count("bot.clock-went-back"), requests(&written, "Ship v3")), (1, 1));
    written::verifies(&data).await;
}

/// The one key that can be made anew is, once the operator has accepted what that costs; the log goes on under its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_secret_of_causes_is_made_anew() {
    let (_folder, data) = lived_in().await;
    let secret = data.join("keys").join("causes.secret");
    let old = fs::read(&secret).expect("a secret");
    let lost = [
        |path: &Path| fs::remove_file(path),
        |path: &Path| fs::write(path, "no key"),
        |path: &Path| fs::write(path, "5a".repeat(32)),
    ];
    for lose in lost {
        lose(&secret).expect("lost");
        let before = listing(&data);
        let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
        assert!(!status.success() && log.contains("causes.secret") && log.contains("countersign recover"), "{log}");
        let hesitant = bot::run(&["recover", "--data", text(&data)]);
        let words = bot::words(&hesitant);
        assert!(
            !hesitant.status.success() && words.contains("--accept-loss") && words.contains("count twice"),
            "{words}"
        );
        assert_eq!(listing(&data), before, "nothing was changed");
        let recovered = bot::run(&["recover", "--accept-loss", "--data", text(&data)]);
        let words = bot::words(&recovered);
        assert!(recovered.status.success() && words.contains("not recognised"), "{words}");
        assert!(!words.contains("new log"), "{words}");
        assert_ne!(fs::read(&secret).expect("a secret"), old);
        let (status, log) = Bot::start(&data).stop();
        assert!(status.success(), "{log}");
        written::verifies(&data).await;
    }
    // Nothing is made where more is lost.
    fs::remove_file(&secret).expect("lost");
    fs::remove_file(data.join("keys").join("ledger.seed")).expect("lost");
    let refused = bot::run(&["recover", "--accept-loss", "--data", text(&data)]);
    let words = bot::words(&refused);
    assert!(!refused.status.success() && words.contains("ledger.seed is missing") && !secret.exists(), "{words}");
}

/// A head that was kept elsewhere and is gone is not made anew: a second tree could be signed under one name.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_head_that_is_gone_is_asked_for() {
    let (_folder, data) = lived_in().await;
    let head = fs::read(data.join("checkpoint")).expect("a head");
    fs::remove_file(data.join("checkpoint")).expect("gone");
    let before = listing(&data);
    let NotReady { status, log } = refused(&data, &["--clock", "manual"]);
    assert!(!status.success() && log.contains("checkpoint is missing") && log.contains("countersign recover"), "{log}");
    assert_eq!(listing(&data), before, "nothing was changed");
    fs::write(data.join("checkpoint"), head).expect("written");
    let (status, log) = Bot::start(&data).stop();
    assert!(status.success(), "{log}");
    written::verifies(&data).await;
}

/// Spoils the database of a house with three requests in which somebody is nudged at half of their time, and counts for
/// which of them that still happens.
async fn nudged_in_spite_of(spoil: &[&str]) -> Vec<&'static str> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(MONDAY, 0);
    let house = local_house(folder.path(), &clock).await;
    for (nth, who) in [(1, "maya"), (2, "maya"), (3, "maya")] {
        house.command(&format!("r{nth}"), who, &format!("/approval request credit-scoring \"Ship v{nth}\"")).await;
    }
    until("all is told", async || {
        house.reader.outbox_next(&[]).await.expect("a moment").is_none_or(|at| at > clock.now())
    })
    .await;
    house.stop().await;
    let mut db = database(folder.path()).await;
    for sql in spoil {
        sqlx::query(sqlx::AssertSqlSafe(*sql)).execute(&mut db).await.expect("spoiled");
    }
    db.close().await.expect("closed");

    let house = local_house(folder.path(), &clock).await;
    clock.move_to(MONDAY + Span::hours(3));
    let nudged = async |case: &str| {
        Written::of(&house.reader).await.entries.iter().any(|entry| {
            entry.case.as_deref() == Some(case)
                && matches!(&entry.record, countersign::ledger::record::Record::Told(told)
                    if told.lane.to_string() == "local/credit-ai" && told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains("is late"))
        })
    };
    until("the last of them is told", async || nudged("APR-3").await).await;
    until("the watch is over", async || {
        house.reader.outbox_next(&[]).await.expect("a moment").is_none_or(|at| at > clock.now())
    })
    .await;
    let mut all = Vec::new();
    for case in ["APR-1", "APR-2", "APR-3"] {
        if nudged(case).await {
            all.push(case);
        }
    }
    // Who asks about one that can't be read gets a reference; who asks about another one gets an answer.
    for case in ["APR-1", "APR-2", "APR-3"] {
        let note = What::Command { text: format!("/approval note {case} still there?") };
        let answer = house.hear(&format!("n{case}"), "maya", "local/credit-ai", note).await;
        assert_eq!(answer.is_ok(), all.contains(&case), "{case}: {answer:?}");
    }
    // And what comes later is told as well.
    let noted = async |case: &str| {
        Written::of(&house.reader).await.entries.iter().any(|entry| {
            let record = &entry.record;
            entry.case.as_deref() == Some(case)
                && matches!(record, countersign::ledger::record::Record::Told(told)
                    if told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains("still there?"))
        })
    };
    for case in &all {
        until("the note is told", async || noted(case).await).await;
    }
    house.stop().await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_cannot_be_read_stops_no_other() {
    let spoil = "update case_file set snapshot = 'nonsense' where case_id = 'APR-1'";
    assert_eq!(nudged_in_spite_of(&[]).await, ["APR-1", "APR-2", "APR-3"]);
    assert_eq!(nudged_in_spite_of(&[spoil]).await, ["APR-2", "APR-3"]);
    // Its card is wanted too, first on the lane: it can't be drawn, and those after it can.
    let card = "update card set shown = null, message = null where case_id = 'APR-1'";
    assert_eq!(nudged_in_spite_of(&[spoil, card]).await, ["APR-2", "APR-3"]);
    // Nor can it be said who may see it.
    let restricted = "update case_file set restricted = 1 where case_id = 'APR-1'";
    assert_eq!(nudged_in_spite_of(&[spoil, restricted]).await, ["APR-2", "APR-3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_cannot_be_read_stops_only_its_own_cases() {
    let other = "update case_file set snapshot = replace(snapshot, (select hash from policy limit 1), 'other') \
                 where case_id = 'APR-2'";
    assert_eq!(nudged_in_spite_of(&[other]).await, ["APR-1", "APR-3"]);
    let unreadable = "insert into policy (hash, body) values ('other', 'nonsense')";
    assert_eq!(nudged_in_spite_of(&[other, unreadable]).await, ["APR-1", "APR-3"]);
}

/// An editor's list of errors and a pipeline read stdout.
#[test]
fn what_check_finds_is_on_stdout() {
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/cron.toml");
    let check = |more: &[&str]| {
        let ran = countersign(&["policy", "check"]).args(more).output().expect("it runs");
        (ran.status.success(), String::from_utf8_lossy(&ran.stdout).into_owned())
    };
    let (good, out) = check(&[text(&wrong)]);
    assert!(!good && out.starts_with(&format!("{}:71: the schedule", text(&wrong))), "{out}");
    let (good, out) = check(&[text(&wrong), "--as", "json"]);
    let found: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(!good && found["errors"][0]["line"] == 71, "{out}");
    let (good, out) = check(&[]);
    assert!(good && out.contains("The digest “Claims triage, weekly” falls next: Mon "), "{out}");
    assert!(out.contains(" 09:00 (Europe/Berlin), Mon "), "{out}");
}

/// Who asks whether a policy is enough for production is told no by the exit code too, and only of the workflow that was named.
#[test]
fn what_production_lacks_is_an_error_to_whoever_asks_for_it() {
    let example = countersign::domain::policy::EXAMPLE;
    let short = example.replacen("keep_evidence_days = 365", "keep_evidence_days = 90", 1);
    assert_ne!(short, example);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("short.toml");
    fs::write(&file, short).expect("a policy");
    let check = |more: &[&str]| {
        let ran = countersign(&["policy", "check", text(&file)]).args(more).output().expect("it runs");
        (ran.status.success(), String::from_utf8_lossy(&ran.stdout).into_owned() + &bot::words(&ran))
    };
    let (good, out) = check(&[]);
    assert!(good && out.contains("no red flags."), "a pilot may keep it for so long: {out}");
    let (good, out) = check(&["--stage", "production"]);
    assert!(!good && out.contains("claims-triage keeps evidence for 90 days"), "{out}");
    assert!(out.contains("1 red flag for production."), "{out}");
    let (good, out) = check(&["--stage", "production", "--workflow", "credit-scoring"]);
    assert!(good && out.contains("no red flags for production."), "the other workflow's alone: {out}");
    let (good, out) = check(&["--stage", "production", "--workflow", "clams"]);
    assert!(!good && out.contains("has no workflow clams; it has claims-triage, credit-scoring"), "{out}");
    let (good, out) = check(&["--workflow", "claims-triage"]);
    assert!(!good && out.contains("--stage"), "of a workflow only a stage is asked: {out}");
}

/// `countersign policy schema | head` ends as it would have ended, without a word.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_reading_causes_no_trouble() {
    let (folder, data) = lived_in().await;
    let out = folder.path().join("bag");
    let data = text(&data);
    for args in [
        &["policy", "schema"][..],
        &["policy", "example"],
        &["policy", "check"],
        &["verify", "--data", data],
        &["digest", "--data", data],
        &["rebuild", "--compare", "--data", data],
        &["export", "APR-1", "--data", data, "-o", text(&out)],
        &["verify", text(&out)],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = countersign(args);
        let child = command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {}", bot::words(&output));
    }
    // A disk that takes nothing is another matter.
    let full = fs::File::create("/dev/full").expect("a device");
    let output = countersign(&["policy", "schema"]).stdout(full).output().expect("it ends");
    assert!(!output.status.success(), "{}", bot::words(&output));
}

/// A folder whose manual clock ran ahead is not taken up on the world's time.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_the_future_is_not_continued_in_the_present() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let bot = Bot::start(&data);
    bot.room.post("clock", &json!({ "advance": "3d" })).await.expect("an answer").ok();
    request(&bot.room, "Ship v1", "k1").await.expect("an answer").ok();
    bot.stop();
    let before = listing(&data);
    let NotReady { status, log } = refused(&data, &[]);
    assert!(!status.success() && log.contains("--clock manual"), "{log}");
    assert_eq!(listing(&data), before, "nothing was changed");
}

/// A command that isn't root's.
fn as_somebody(binary: &Path) -> Command {
    if !is_root() {
        return Command::new(binary);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--", text(binary)]);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout == b"0\n")
}

/// The head is in its place, and the step after that fails: a folder that may be written and not read can't be synced.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_may_not_outlive_a_power_cut_is_written_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let binary = folder.path().join("countersign");
    fs::copy(env!("CARGO_BIN_EXE_countersign"), &binary).expect("a copy that anybody may run");
    let run = |command: &str, args: &[&str]| {
        assert!(Command::new(command).args(args).status().is_ok_and(|it| it.success()), "{command} {args:?}");
    };
    run("chmod", &["-R", "a+rX", text(folder.path())]);
    if is_root() {
        run("chown", &["65534:65534", text(&data)]);
    }
    let mut command = as_somebody(&binary);
    command.args(["--listen", "127.0.0.1:0", "--clock", "manual", "--data", text(&data)]);
    command.args(["--config", &often(folder.path())]);
    let bot = match Bot::from(command) {
        Ok(bot) => bot,
        Err(NotReady { log, .. }) if log.contains("setpriv") => return println!("skipped: {log}"),
        Err(not_ready) => panic!("{not_ready:?}"),
    };
    let room = bot.room.clone();
    request(&room, "Ship v1", "k1").await.expect("an answer").ok();
    let head = || fs::read_to_string(data.join("checkpoint")).unwrap_or_default();
    until("a head is signed", async || !head().is_empty()).await;
    let before = head();
    run("chmod", &["300", text(&data)]);
    request(&room, "Ship v2", "k2").await.expect("an answer").ok();
    until("health says so", async || room.healthz().await.status == 503).await;
    run("chmod", &["700", text(&data)]);
    // Signed again without a word from anybody.
    until("health says so", async || room.healthz().await.status == 200).await;
    assert_ne!(head(), before);
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(&data).await;
}

/// Settings with which a head is signed every second.
fn often(folder: &Path) -> String {
    let file = folder.join("often.toml");
    fs::write(&file, "checkpoint_every = \"1s\"\n").expect("written");
    text(&file).to_owned()
}

/// An operator sees it at `/healthz` and finds the reason in the log; it goes on as soon as it can.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_cannot_be_kept_is_seen_and_kept_later() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    // A folder stands where the new head is written before it takes the place of the last one.
    let in_the_way = data.join("checkpoint.new");
    fs::create_dir_all(&in_the_way).expect("a folder");
    let bot = Bot::try_start(&data, &["--config", &often(folder.path())]).expect("it starts");
    let room = bot.room.clone();
    request(&room, "Ship v1", "k1").await.expect("an answer").ok();
    until("health says so", async || room.healthz().await.status == 503).await;
    assert_eq!(room.healthz().await.body["head_not_signed"], true);
    let is_reason = |line: &str| line.contains("no head was signed") && line.contains("checkpoint");
    until("the log says so", async || bot.logged().lines().any(is_reason)).await;
    assert!(!data.join("checkpoint").exists());
    // People are answered all the same.
    request(&room, "Ship v2", "k2").await.expect("an answer").ok();
    fs::remove_dir(&in_the_way).expect("it goes");
    until("health says so", async || room.healthz().await.status == 200).await;
    assert!(data.join("checkpoint").exists());
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(&data).await;
}

/// Root may write anywhere, so a read-only folder is tried as somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_folder_is_refused() {
    let (folder, data) = lived_in().await;
    let binary = folder.path().join("countersign");
    fs::copy(env!("CARGO_BIN_EXE_countersign"), &binary).expect("a copy that anybody may run");
    let chmod = |mode: &str| {
        assert!(Command::new("chmod").args(["-R", mode, text(folder.path())]).status().is_ok_and(|it| it.success()))
    };
    chmod("a+rX,a-w");
    let mut command = as_somebody(&binary);
    command.args(["--listen", "127.0.0.1:0", "--clock", "manual", "--data", text(&data)]);
    let before = listing(&data);
    let outcome = Bot::from(command);
    let after = listing(&data);
    chmod("u+w");
    match outcome {
        Ok(_) => panic!("it started"),
        Err(NotReady { log, .. }) if log.contains("setpriv") => println!("skipped: {log}"),
        Err(NotReady { status, log }) => assert!(!status.success() && log.contains(text(&data)), "{log}"),
    }
    assert_eq!(after, before);
}

/// Several changes of one message may come in one commit.
#[tokio::test]
async fn each_change_of_a_message_records_what_stood_before_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual(MONDAY, 0);
    let house = local_house(folder.path(), &clock).await;
    let lane = "local/credit-ai";
    let file = File { name: "batch.csv".to_owned(), bytes: 3, sha256: "00".repeat(32) };
    let said = |id: &str, files: Vec<File>| What::Said {
        message: id.to_owned(),
        text: "one".to_owned(),
        files: Words::of(files),
    };
    let edited = |id: &str, text: &str| What::Edited { message: id.to_owned(), text: text.to_owned() };
    house.hear("before", "maya", lane, said("old", vec![file.clone()])).await.expect("heard");
    let deleted = What::Deleted { message: "old".to_owned() };
    let all = [
        ("1", edited("old", "two")),
        ("2", edited("old", "three")),
        ("3", deleted),
        ("4", said("new", vec![file])),
        ("5", edited("new", "two")),
        ("6", edited("new", "three")),
    ];
    let heard = all.into_iter().map(|(cause, what)| house.hear(cause, "maya", lane, what));
    futures_util::future::try_join_all(heard).await.expect("heard");
    let written = Written::of(&house.reader).await;
    let was: Vec<&str> = written.heard().filter_map(|heard| heard.was.as_deref()).collect();
    for (was, text) in was.iter().zip(["one", "two", "three", "one", "two"]) {
        assert!(was.contains(text) && was.contains("batch.csv"), "{text} is not what stood there: {was}");
    }
    assert_eq!(was.len(), 5);
    house.stop().await;
}
