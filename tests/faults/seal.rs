//! Nothing is altered before the evidence is sealed: where the head can't be kept, a rollback isn't started, nobody outside is called,
//! and whoever asked for it can tell an operator where to look.

use countersign::domain::Event;
use countersign::domain::kinds::rollback;
use countersign::ledger::heard::What;
use serde_json::json;

use super::kit::bot::{Bot, until};
use super::kit::written::{self, Written};
use super::machine::Machine;

/// Why it can't.
#[derive(Clone, Copy, Debug)]
enum Fails {
    /// The head can't take its place beside the database.
    TheFile,
    /// The head stands in its file, and the database doesn't take it.
    TheRow,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_does_not_start_before_its_evidence_is_sealed() {
    for fails in [Fails::TheFile, Fails::TheRow] {
        println!("{fails:?}");
        must_not_start(fails).await;
    }
}

async fn must_not_start(fails: Fails) {
    let machine = Machine::start(&[(200, r#"{"outcome": "done"}"#)]).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let settings = machine.settings(folder.path());
    let bot = Bot::try_start(&data, &["--clock", "manual", "--config", super::text(&settings)]).expect("it starts");
    let room = bot.room.clone();
    let say = async |who: &str, line: &str| room.say(who, "claims", line).await.ok()["answers"].to_string();
    say("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\"").await;
    say("arjun", "/rollback authorise RBK-1 v2 is known to be good").await;

    let in_the_way = data.join("checkpoint.new");
    let refuse =
        "create trigger refused before insert on checkpoint begin select raise(abort, 'the disk refuses'); end";
    let tell = async |statement: &'static str| {
        let mut db = super::database(&data).await;
        sqlx::query(statement).execute(&mut db).await.expect("it is done");
        sqlx::Connection::close(db).await.expect("closed");
    };
    match fails {
        Fails::TheFile => std::fs::create_dir(&in_the_way).expect("a folder"),
        Fails::TheRow => tell(refuse).await,
    }
    let answer = say("arjun", "/rollback start RBK-1").await;
    assert!(answer.contains("nothing is altered before it is"), "{answer}");
    let reference = answer.split("look up ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a reference");
    until("the operator finds the reason in the log", async || {
        bot.logged().lines().any(|line| line.contains(reference) && line.contains("no head was signed"))
    })
    .await;
    let health = room.healthz().await;
    assert!(health.status == 503 && health.body["head_not_signed"] == true, "{}", health.text);
    // However often it is tried, and however late it gets.
    room.post("clock", &json!({ "advance": "2h" })).await.expect("an answer").ok();
    let again = say("arjun", "/rollback start RBK-1").await;
    assert!(again.contains("nothing is altered before it is"), "{again}");
    let status = say("arjun", "/rollback status RBK-1").await;
    assert!(status.contains("authorised") && !status.contains("running"), "{status}");
    let written = Written::read(&data).await;
    assert_eq!((written.count("rollback.evidence-sealed"), written.count("rollback.started")), (0, 0));
    let is_a_try = |what: &What| matches!(what, What::Said { text, .. } | What::Command { text } if text == "/rollback start RBK-1");
    let tries = written.heard().filter(|heard| is_a_try(&heard.what)).count();
    assert_eq!(tries, 2, "who tried is evidence as well");
    assert_eq!(machine.calls(), 0, "nobody is called for it");

    match fails {
        Fails::TheFile => std::fs::remove_dir(&in_the_way).expect("it goes"),
        Fails::TheRow => tell("drop trigger refused").await,
    }
    let started = say("arjun", "/rollback start RBK-1").await;
    assert!(started.contains("is sealed, and it runs"), "{started}");
    machine.called(1).await;
    until("health says so", async || room.healthz().await.status == 200).await;
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    written::verifies(&data).await;
    let written = Written::read(&data).await;
    let sealed: Vec<_> = written
        .events()
        .filter_map(|(entry, event)| match event {
            Event::Rollback(rollback::Event::EvidenceSealed { size, root }) => Some((entry.seq, *size, root.as_str())),
            _ => None,
        })
        .collect();
    let [(seq, size, root)] = sealed[..] else { panic!("sealed {} times", sealed.len()) };
    assert!(u64::try_from(seq).expect("a number") >= size, "what is sealed was there before");
    let (_, told) = machine.call(0);
    assert_eq!(told["data"]["sealed"], json!({ "size": size, "root": root }), "the machine is told the same head");
}
