//! Killed at each step on which words are erased, withheld or purged, and while a bundle is written: whatever was there then, the next start
//! finishes it before anything is served, and nothing is half done.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use countersign::ledger::folder::Folder;
use serde_json::json;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::kit::bot::{self, Bot, until, words};
use super::kit::dice::Dice;

const BANK: &str = include_str!("../stories/bank.toml");
/// What nobody may find any more; the same in the title, in the conversation and in a file.
/// In the form in which the index of what was said has it, too.
const SECRET: &str = "annabelbergstrom";

/// How far it has got when the process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A database without the words is in the making.
    Making,
    /// The ledger says that they are gone.
    Said,
    /// So does the journal, outside of the database.
    Noted,
    /// The other database is whole, and is taken over.
    TakenOver,
    /// The file that came with a message is gone.
    Swept,
    After(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Erased,
    Withheld,
    Purged,
}

struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("policy.toml"), BANK).expect("a policy");
        House { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("text").to_owned()
    }

    fn start(&self) -> Bot {
        let (data, policy) = (self.at("data"), self.at("policy.toml"));
        let arguments = ["--data", &data, "--policy", &policy, "--listen", "127.0.0.1:0", "--clock", "manual"];
        Bot::from(bot::countersign(&arguments)).unwrap_or_else(|refused| panic!("it did not start: {refused:?}"))
    }

    async fn database(&self) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.data().join(Folder::DATABASE));
        options.connect().await.expect("the database opens")
    }

    /// How many entries have these words where they can be read.
    async fn readable(&self) -> i64 {
        let mut db = self.database().await;
        let sql = "select count(*) from ledger where instr(words, $1) > 0";
        let count = sqlx::query_scalar(sql).bind(SECRET).fetch_one(&mut db).await.expect("a number");
        db.close().await.expect("closed");
        count
    }

    /// How many files came with messages and are kept.
    fn blobs(&self) -> usize {
        let below =
            |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().map(|it| it.expect("an entry").path());
        below(&self.data().join("blobs")).flat_map(|folder| below(&folder).collect::<Vec<_>>()).count()
    }

    fn places(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => {
                        let bytes = std::fs::read(&path).expect("a file");
                        if bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
                            found.push(path);
                        }
                    }
                }
            }
        }
        found
    }
}

async fn say(bot: &Bot, who: &str, line: &str) -> String {
    bot.room.say(who, "claims", line).await.ok()["answers"].to_string()
}

async fn advance(bot: &Bot, span: &str) {
    bot.room.post("clock", &json!({ "advance": span })).await.expect("an answer").ok();
}

async fn count(db: &mut SqliteConnection, kind: &str) -> i64 {
    let sql = "select count(*) from ledger where kind = $1 or leaf like $2";
    let also = format!("%\"also\":[%\"{kind}\"%");
    sqlx::query_scalar(sql).bind(kind).bind(also).fetch_one(db).await.expect("a number")
}

/// A file with the words, in the thread of the case.
async fn upload(bot: &Bot, thread: &str) {
    let part = |name: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = [("as", "dev"), ("channel", "claims"), ("thread", thread), ("text", "Her letter.")];
    let fields: String = fields.map(|(name, value)| part(name, value)).concat();
    let begin = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"letter.txt\"\r\n\r\n";
    let body = format!("{fields}{begin}{SECRET}\r\n--edge--\r\n");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client
        .post(format!("{}/room/api/upload", bot.room.base))
        .header("content-type", "multipart/form-data; boundary=edge");
    assert_eq!(request.body(body).send().await.expect("an answer").status().as_u16(), 200);
}

/// A house in which all is asked for and waits for one vote.
async fn asked(what: What) -> House {
    let house = House::new();
    let bot = house.start();
    say(&bot, "maya", &format!("/incident open claims sev4 \"{SECRET} complains\"")).await;
    say(&bot, "dev", &format!("/incident note INC-1 {SECRET} called again")).await;
    let sql = "select message from card where case_id = 'INC-1' and message is not null";
    let card = async || {
        let mut db = house.database().await;
        let found: Option<String> = sqlx::query_scalar(sql).fetch_optional(&mut db).await.expect("a card");
        db.close().await.expect("closed");
        found
    };
    until("the case has a card", async || card().await.is_some()).await;
    upload(&bot, &card().await.expect("a card")).await;
    // Whoever searches has everything taken into the index.
    let found = say(&bot, "dev", "/evidence search complains").await;
    assert!(found.contains("1 found"), "{found}");
    say(&bot, "sofia", "/incident withdraw INC-1 It was a test").await;
    let line = match what {
        What::Erased => "/evidence erase INC-1 because She asks for it",
        What::Withheld => {
            let held = say(&bot, "dev", "/evidence hold INC-1 2026-17 because The regulator asks").await;
            assert!(held.contains("Hold 1"), "{held}");
            "/evidence erase INC-1 because She asks for it"
        }
        What::Purged => {
            // It is shown on a calendar before its time is over.
            advance(&bot, "744h").await;
            until("it is on a calendar", async || {
                let mut db = house.database().await;
                let shown = count(&mut db, "retention.calendar").await;
                db.close().await.expect("closed");
                shown > 0
            })
            .await;
            advance(&bot, "744h").await;
            "/evidence purge because Their time is over"
        }
    };
    let said = say(&bot, "dev", line).await;
    assert!(said.contains("APR-1"), "{line}: {said}");
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    assert!(house.readable().await > 2, "there is something to find");
    house
}

/// Kills the bot once it has come so far after the vote that lets it begin.
async fn killed_at(house: &House, step: Step, what: What) {
    let bot = house.start();
    assert_eq!(house.blobs(), 1, "one file was kept");
    let kind = if what == What::Withheld { "words.withheld" } else { "words.erased" };
    let (making, noted) = (house.data().join("countersign.db.erasing"), house.data().join("erasures"));
    let is_noted = || std::fs::metadata(&noted).is_ok_and(|file| file.len() > 0);
    let mut db = house.database().await;
    let said = say(&bot, "henrik", "/approval approve APR-1").await;
    assert!(said.contains("approved"), "{said}");
    let begun = Instant::now();
    loop {
        let is_there = match step {
            Step::Making => making.exists() || is_noted(),
            Step::Said => count(&mut db, kind).await > 0,
            Step::Noted => is_noted(),
            Step::TakenOver => is_noted() && !making.exists(),
            Step::Swept => is_noted() && house.blobs() == 0,
            Step::After(span) => begun.elapsed() >= span,
        };
        if is_there {
            break;
        }
        assert!(begun.elapsed() < bot::PATIENCE, "it never comes to {step:?}");
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    bot.kill();
    db.close().await.expect("closed");
}

async fn survives(what: What, step: Step) {
    let house = asked(what).await;
    killed_at(&house, step, what).await;
    let readable = house.readable().await;
    println!("{what:?}, {step:?}: {readable} entries can be read when it is dead");
    // What is named as gone and isn't is the one thing that may be found.
    let verified = words(&bot::run(&["verify", "--data", &house.at("data")]));
    let faults = verified.lines().filter(|line| line.starts_with("  - "));
    let others: Vec<&str> = faults.filter(|line| !line.contains("and are still there")).collect();
    assert!(others.is_empty(), "{what:?}, {step:?}: {verified}");

    let bot = house.start();
    let kind = if what == What::Withheld { "approval.withheld" } else { "approval.carried-out" };
    until("it is done by the next process", async || {
        let mut db = house.database().await;
        let done = count(&mut db, kind).await == 1;
        db.close().await.expect("closed");
        done && house.readable().await == 0
    })
    .await;
    if what != What::Withheld {
        until("the file is gone too", async || house.blobs() == 0).await;
        until("nothing is left", async || house.places().is_empty()).await;
    }
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    let verified = bot::run(&["verify", "--data", &house.at("data")]);
    assert!(verified.status.success(), "{what:?}, {step:?}: {}", words(&verified));
    let compared = bot::run(&["rebuild", "--compare", "--data", &house.at("data")]);
    assert!(compared.status.success(), "{what:?}, {step:?}: {}", words(&compared));
    if what == What::Withheld {
        assert!(words(&verified).contains("they are withheld until they may be erased"), "{}", words(&verified));
        assert_eq!(house.blobs(), 1, "the file is kept");
    }
}

async fn at_every_step(what: What) {
    let mut dice = Dice::thrown("crash-steps");
    let by_chance = (0..2).map(|_| Step::After(Duration::from_millis(dice.below(400))));
    let swept = (what != What::Withheld).then_some(Step::Swept);
    let steps = [Step::Making, Step::Said, Step::Noted, Step::TakenOver].into_iter().chain(swept).chain(by_chance);
    for step in steps {
        survives(what, step).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_is_carried_out_to_its_end_wherever_it_broke_off() {
    at_every_step(What::Erased).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_withheld_wherever_it_broke_off() {
    at_every_step(What::Withheld).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_is_carried_out_to_its_end_wherever_it_broke_off() {
    at_every_step(What::Purged).await;
}

/// A bundle is whole or it isn't there, and what a killed export left keeps no other from being made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_whole_or_not_there() {
    let mut dice = Dice::thrown("crash-export");
    let house = asked(What::Erased).await;
    let data = house.at("data");
    let took = {
        let begun = Instant::now();
        let exported = bot::run(&["export", "INC-1", "--data", &data, "-o", &house.at("whole")]);
        assert!(exported.status.success(), "{}", words(&exported));
        begun.elapsed()
    };
    for form in ["bag", "bag.zip", "bag.tar.zst"] {
        let out = house.at(form);
        let mut cut_short = 0;
        for _ in 0..8 {
            let mut child = bot::countersign(&["export", "INC-1", "--data", &data, "-o", &out])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary starts");
            tokio::time::sleep(took.mul_f64(dice.below(100) as f64 / 100.0)).await;
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            if Path::new(&out).exists() {
                let verified = bot::run(&["verify", &out]);
                assert!(verified.status.success(), "{form}: {}", words(&verified));
                let gone = if form == "bag" { std::fs::remove_dir_all(&out) } else { std::fs::remove_file(&out) };
                gone.expect("it goes");
            } else {
                cut_short += 1;
            }
        }
        assert!(cut_short > 0, "{form}: none was cut short");
        let exported = bot::run(&["export", "INC-1", "--data", &data, "-o", &out]);
        assert!(exported.status.success(), "{form}: {}", words(&exported));
        let verified = bot::run(&["verify", &out]);
        assert!(verified.status.success(), "{form}: {}", words(&verified));
    }
    let verified = bot::run(&["verify", "--data", &data]);
    assert!(verified.status.success(), "{}", words(&verified));
}
