//! Killed around one word of the newer kinds of case: a handoff of many cases, the authorising and the start of a rollback; and with a
//! call to a machine under way. At whatever moment, it happened or it didn't; told again, it happened once, and its clocks run.

use std::path::Path;
use std::time::Duration;

use countersign::domain::At;
use countersign::ledger::folder::Folder;
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _};

use super::kit::bot::{self, Bot, Room, until};
use super::kit::dice::Dice;
use super::kit::written::{self, Written};
use super::machine::Machine;

/// How many cases one handoff moves.
const MANY: usize = 8;
/// How many deaths at moments that nobody chose.
const BY_CHANCE: usize = 6;

/// When the bot is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// It is decided, and the disk hasn't taken it.
    BeforeItIsWritten,
    /// It stands in the ledger, and perhaps nobody was told.
    OnceItIsWritten,
    /// After so long, whatever it is doing then.
    After(Duration),
}

fn moments(dice: &mut Dice) -> Vec<Moment> {
    let by_chance = (0..BY_CHANCE).map(|_| Moment::After(Duration::from_millis(dice.below(60))));
    [Moment::BeforeItIsWritten, Moment::OnceItIsWritten].into_iter().chain(by_chance).collect()
}

fn start(data: &Path, settings: &Path) -> Bot {
    let settings = settings.to_str().expect("text");
    Bot::try_start(data, &["--clock", "manual", "--config", settings]).expect("it starts")
}

async fn say(room: &Room, who: &str, line: &str) -> String {
    room.say(who, "credit", line).await.ok()["answers"].to_string()
}

/// A folder in which this was said, and which its bot left well.
async fn lived_in(settings: &Path, lines: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bot = start(&folder.path().join("data"), settings);
    for (who, line) in lines {
        println!("{who}> {line}\n    {}", say(&bot.room, who, line).await);
    }
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    folder
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copied(&path, &copy),
            false => drop(std::fs::copy(&path, &copy).expect("a copy")),
        }
    }
}

async fn database(data: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    options.connect().await.expect("the database opens")
}

/// How many words the ledger knows.
async fn words(db: &mut sqlx::SqliteConnection) -> i64 {
    sqlx::query_scalar("select count(*) from cause").fetch_one(db).await.expect("a number")
}

async fn told(room: &Room, who: &str, line: &str) -> Option<Value> {
    let body = json!({ "as": who, "channel": "credit", "text": line, "key": "the word" });
    Some(room.post("say", &body).await.ok()?.ok())
}

/// A copy of a folder whose bot was killed around a word, and the answer that got out.
async fn killed(
    lived: &Path,
    settings: &Path,
    moment: Moment,
    who: &str,
    line: &str,
) -> (tempfile::TempDir, Option<Value>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    copied(&lived.join("data"), &data);
    let bot = start(&data, settings);
    let mut db = database(&data).await;
    let before = words(&mut db).await;
    if let Moment::BeforeItIsWritten = moment {
        sqlx::query("begin immediate").execute(&mut db).await.expect("the lock");
    }
    let (room, who, line) = (bot.room.clone(), who.to_owned(), line.to_owned());
    let asked = tokio::spawn(async move { told(&room, &who, &line).await });
    match moment {
        // It waits longer than this for the lock.
        Moment::BeforeItIsWritten => tokio::time::sleep(Duration::from_millis(600)).await,
        Moment::OnceItIsWritten => {
            while words(&mut db).await == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        Moment::After(span) => tokio::time::sleep(span).await,
    }
    bot.kill();
    let answer = asked.await.expect("it was asked");
    if let Moment::BeforeItIsWritten = moment {
        sqlx::query("rollback").execute(&mut db).await.expect("the lock is free");
        assert_eq!(answer, None, "nobody is told what isn't written");
    }
    db.close().await.expect("closed");
    written::verifies(&data).await;
    (folder, answer)
}

/// The next process is told the word again, as whoever got no answer does, and again as platforms do.
async fn again(bot: &Bot, answer: Option<Value>, who: &str, line: &str) {
    let first = told(&bot.room, who, line).await.expect("the bot lives");
    if let Some(answer) = answer {
        assert_eq!(first, answer, "the stored answer");
    }
    assert_eq!(told(&bot.room, who, line).await.expect("the bot lives"), first, "the stored answer");
}

/// Stops the bot and holds what it wrote against everything that always holds.
async fn ended(bot: Bot, data: &Path) -> Written {
    let clock = bot.room.post("clock", &json!({ "advance": "1m" })).await.expect("an answer").ok();
    let now = At(clock["now_us"].as_i64().expect("a moment"));
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(data).await;
    let compared = bot::run(&["rebuild", "--compare", "--data", data.to_str().expect("text")]);
    assert!(compared.status.success(), "{}", bot::words(&compared));
    let written = Written::read(data).await;
    written.check_told_once(now);
    super::check_steps(&written);
    written
}

async fn advance(bot: &Bot, span: &str) {
    bot.room.post("clock", &json!({ "advance": span })).await.expect("an answer").ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handoff_of_many_cases_moves_all_of_them_or_none() {
    let mut dice = Dice::thrown("crash-handoff");
    let (machine, place) = (Machine::start(&[]).await, tempfile::tempdir().expect("a folder"));
    let settings = machine.settings(place.path());
    let mut lines = Vec::new();
    for nth in 1..=MANY {
        lines.push(("maya", format!("/incident open credit sev2 Wrong limits, no. {nth}")));
        lines.push(("arjun", format!("/incident role INC-{nth} lead")));
    }
    lines.push(("greta", "/handoff leaving @arjun to @lena".to_owned()));
    let lived = lived_in(&settings, &lines).await;
    let (who, line) = ("lena", "/handoff accept HOF-1 first=INC-1 next=command");
    // Accepted, the seat in the role, cases, and answers.
    let moved = |written: &Written| {
        ["handoff.accepted", "seat.handed", "case.handed-over", "duty.handed-over"].map(|kind| written.count(kind))
    };
    let all = [1, 1, MANY, MANY];
    let leads = |who: &str| json!({ "name": "Lead", "value": [{ "text": who }] }).to_string();
    for moment in moments(&mut dice) {
        let (folder, answer) = killed(lived.path(), &settings, moment, who, line).await;
        let data = folder.path().join("data");
        let left = moved(&Written::read(&data).await);
        println!("{moment:?}: {left:?} before it was told again");
        assert!(left == all || (left == [0; 4] && answer.is_none()), "{moment:?}: {left:?}, answered {answer:?}");
        let bot = start(&data, &settings);
        if left == [0; 4] {
            // Until it is accepted, the giver holds everything.
            let status = say(&bot.room, "maya", "/incident status INC-1").await;
            assert!(status.contains(&leads("Arjun")), "{status}");
        }
        again(&bot, answer, who, line).await;
        for nth in 1..=MANY {
            let status = say(&bot.room, "maya", &format!("/incident status INC-{nth}")).await;
            assert!(status.contains(&leads("Lena")), "INC-{nth}: {status}");
        }
        // The clocks went on: ten hours from the opening, whoever has it over now is told, and it is late once. A day, because
        // nobody is told in their quiet hours, and it is any time of the day now.
        for _ in 0..24 {
            advance(&bot, "1h").await;
        }
        let written = ended(bot, &data).await;
        assert_eq!(moved(&written), all, "{moment:?}");
        let accepted = written.entries.iter().find(|it| it.kind == "handoff.accepted").expect("accepted").seq;
        for nth in 1..=MANY {
            let case = Some(format!("INC-{nth}"));
            let told = |lane: &str, holds: &str| {
                written.entries.iter().filter(|it| it.seq > accepted && it.case == case).any(|it| match &it.record {
                    countersign::ledger::record::Record::Told(told) => {
                        let words = told.card.get().map(|card| card.plain(chrono_tz::UTC, it.at));
                        told.lane.to_string() == lane && words.is_some_and(|words| words.contains(holds))
                    }
                    _ => false,
                })
            };
            assert!(told("local/@lena", "resol"), "{moment:?}: Lena is told of {case:?}");
            assert!(!told("local/@arjun", "resol"), "{moment:?}: Arjun has it no more");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_authorised_and_started_once_or_not_at_all() {
    let mut dice = Dice::thrown("crash-rollback");
    let (machine, place) = (Machine::start(&[]).await, tempfile::tempdir().expect("a folder"));
    let settings = machine.settings(place.path());
    let proposed = [
        ("maya", "/rollback propose credit from=v8 to=v7 \"Scores drift\""),
        ("dev", "/rollback tick RBK-1 1 yes"),
        ("dev", "/rollback tick RBK-1 2 yes"),
        ("dev", "/rollback compare RBK-1 contain Too slow"),
        ("jonas", "/rollback go RBK-1"),
        ("ravi", "/rollback go RBK-1"),
    ]
    .map(|(who, line)| (who, line.to_owned()));
    let lived = lived_in(&settings, &proposed).await;
    let authorises = ("arjun", "/rollback authorise RBK-1 v7 is known to be good");
    let starts = ("dev", "/rollback start RBK-1");
    let kinds = ["rollback.authorised", "rollback.evidence-sealed", "rollback.started"];
    let stands = |written: &Written| kinds.map(|kind| written.count(kind));
    for moment in moments(&mut dice) {
        let (folder, answer) = killed(lived.path(), &settings, moment, authorises.0, authorises.1).await;
        let data = folder.path().join("data");
        let left = stands(&Written::read(&data).await);
        println!("{moment:?}: {left:?} before it was authorised again");
        assert!(left == [1, 0, 0] || (left == [0; 3] && answer.is_none()), "{moment:?}: {left:?}");
        let bot = start(&data, &settings);
        again(&bot, answer, authorises.0, authorises.1).await;
        let (status, log) = bot.stop();
        assert!(status.success(), "{log}");
        assert_eq!(stands(&Written::read(&data).await), [1, 0, 0], "{moment:?}");

        // Between the two nothing has begun; now it is killed around the start.
        let (folder, answer) = killed(folder.path(), &settings, moment, starts.0, starts.1).await;
        let data = folder.path().join("data");
        let left = stands(&Written::read(&data).await);
        println!("{moment:?}: {left:?} before it was started again");
        assert!(left == [1, 1, 1] || (left == [1, 0, 0] && answer.is_none()), "{moment:?}: {left:?}");
        let bot = start(&data, &settings);
        again(&bot, answer, starts.0, starts.1).await;
        // The step has half an hour, and its clock runs.
        advance(&bot, "31m").await;
        let done = say(&bot.room, "ravi", "/rollback done RBK-1 All traffic is on v7").await;
        assert!(done.contains("step 1 of 2 is done"), "{done}");
        let written = ended(bot, &data).await;
        assert_eq!(stands(&written), [1, 1, 1], "{moment:?}");
        assert!(written.count("duty.late") > 0, "{moment:?}: the step was late: {:?}", written.kinds());
    }
}

/// A rollback of the pilot runs: a machine does its one step.
async fn with_a_call(settings: &Path) -> (tempfile::TempDir, Bot) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bot = start(&folder.path().join("data"), settings);
    for (who, line) in [
        ("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\""),
        ("arjun", "/rollback authorise RBK-1 v2 is known to be good"),
        ("arjun", "/rollback start RBK-1"),
    ] {
        say(&bot.room, who, line).await;
    }
    (folder, bot)
}

async fn answered(room: &Room, path: &str, outcome: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let body = json!({ "outcome": outcome }).to_string();
    let request = client.post(format!("{}{path}", room.base)).header("content-type", "application/json").body(body);
    request.send().await.expect("an answer").status().as_u16()
}

/// The machine has the call, and the bot dies before it hears anything: whoever was called knows the next one by its id.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_is_made_again_under_the_same_id() {
    let place = tempfile::tempdir().expect("a folder");
    let machine = Machine::start(&[]).await;
    let settings = machine.settings(place.path());
    machine.hold(true);
    let (folder, bot) = with_a_call(&settings).await;
    let data = folder.path().join("data");
    machine.called(1).await;
    bot.kill();
    written::verifies(&data).await;
    // The next one dies of it as well; the third hears the answer.
    let bot = start(&data, &settings);
    machine.called(2).await;
    bot.kill();
    let done = (200, r#"{"outcome": "done", "note": "v2 serves"}"#);
    machine.answer_with(&[done; 3]);
    machine.hold(false);
    let bot = start(&data, &settings);
    until("it is done", async || say(&bot.room, "maya", "/rollback timeline RBK-1").await.contains("v2 serves")).await;
    advance(&bot, "3h").await;
    let ids = machine.ids();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let paths: Vec<String> = (0..3).map(|nth| machine.callback(nth)).collect();
    assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
    let written = ended(bot, &data).await;
    assert_eq!(written.count("rollback.step-done"), 1);
}

/// It answered 202 and was killed for: the next process knows that it has begun, calls nobody, and takes the answer once.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_has_begun_is_waited_for_by_the_next_process() {
    let place = tempfile::tempdir().expect("a folder");
    let machine = Machine::start(&[(202, ""), (202, "")]).await;
    let settings = machine.settings(place.path());
    let (folder, bot) = with_a_call(&settings).await;
    let data = folder.path().join("data");
    machine.called(1).await;
    until("it has begun", async || Written::read(&data).await.count("rollback.call-begun") == 1).await;
    bot.kill();
    written::verifies(&data).await;
    let bot = start(&data, &settings);
    // Its clock runs all the same.
    advance(&bot, "3h").await;
    assert_eq!(machine.calls(), 1, "what has begun isn't called again");
    let path = machine.callback(0);
    assert_eq!(answered(&bot.room, &path, "done").await, 200);
    bot.kill();
    let bot = start(&data, &settings);
    assert_eq!(answered(&bot.room, &path, "blocked").await, 409, "it counts once, whichever process heard it");
    advance(&bot, "3h").await;
    assert_eq!(machine.calls(), 1);
    let written = ended(bot, &data).await;
    assert_eq!((written.count("rollback.step-done"), written.count("rollback.step-blocked")), (1, 0));
    assert!(written.count("duty.late") > 0, "the step was late: {:?}", written.kinds());
}
