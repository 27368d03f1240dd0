//! A step that a machine does: the whole bot calls a small server on this machine, which checks what it is sent as any receiver of
//! Standard Webhooks does, and answers at once, later, or not at all.

mod kit;
#[path = "kit/machine.rs"]
mod machine;

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, header};
use countersign::app::config::{Config, Given};
use countersign::app::serve::{self, Running};
use countersign::ledger::folder::Folder;
use kit::bot::until;
use kit::house::MONDAY;
use kit::written::{self, Written};
use machine::Machine;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tower::ServiceExt as _;

struct Stage {
    running: Running,
    machine: Machine,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set(answers: &[(u16, &'static str)]) -> Stage {
        let machine = Machine::start(answers).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = machine.settings(folder.path());
        let running = Stage::start(folder.path(), &settings).await;
        Stage { running, machine, folder }
    }

    async fn start(folder: &Path, settings: &Path) -> Running {
        let listen = Some("127.0.0.1:0".parse().expect("an address"));
        let given = Given { data: Some(folder.join("data")), listen, ..Given::default() };
        let config = Config::read(Some(settings), |_| None, given).expect("settings");
        serve::start_at(&config, MONDAY).await.expect("it starts")
    }

    /// Another process takes over.
    async fn restart(self) -> Stage {
        let Stage { running, machine, folder } = self;
        running.stop().await.expect("it stops well");
        let running = Stage::start(folder.path(), &folder.path().join("countersign.toml")).await;
        Stage { running, machine, folder }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let host = self.running.address.to_string();
        let request = Request::post(path).header(header::HOST, host).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let response = self.running.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn say(&self, who: &str, text: &str) -> String {
        let body = json!({ "as": who, "channel": "claims", "text": text });
        let (status, answer) = self.post("/room/api/say", body).await;
        assert_eq!(status, 200, "{text}: {answer}");
        answer["answers"].to_string()
    }

    /// A rollback of the pilot, whose one step a machine does, runs.
    async fn run(&self) {
        for (who, line) in [
            ("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\""),
            ("arjun", "/rollback authorise RBK-1 v2 is known to be good"),
            ("arjun", "/rollback start RBK-1"),
        ] {
            self.say(who, line).await;
        }
    }

    fn calls(&self) -> usize {
        self.machine.calls()
    }

    async fn called(&self, times: usize) {
        self.machine.called(times).await;
    }

    async fn timeline(&self, holds: &str) -> String {
        until(holds, async || self.say("maya", "/rollback timeline RBK-1").await.contains(holds)).await;
        self.say("maya", "/rollback timeline RBK-1").await
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    async fn written(&self) -> Written {
        Written::read(&self.data()).await
    }

    /// Waits until nothing is left to be told.
    async fn rest(&self) {
        let (reader, now) = (&self.running.app.reader, self.running.desk.clock.now());
        until("quiet", async || {
            let next = reader.outbox_next(&[]).await.expect("a moment");
            next.is_none_or(|at| at > now) && reader.outbox_sending(now, &[]).await.expect("rows").is_empty()
        })
        .await;
    }

    /// The database refuses every entry, or no longer.
    async fn disk(&self, refuses: bool) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.data().join(Folder::DATABASE));
        let mut db = options.connect().await.expect("the database opens");
        let statement = match refuses {
            true => "create trigger refused before insert on ledger begin select raise(abort, 'the disk refuses'); end",
            false => "drop trigger refused",
        };
        sqlx::query(AssertSqlSafe(statement)).execute(&mut db).await.expect("it is done");
        db.close().await.expect("closed");
    }

    async fn strike(self) {
        let data = self.data();
        self.running.stop().await.expect("it stops well");
        written::verifies(&data).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_does_the_step_and_it_looks_as_one_done_by_hand() {
    let stage = Stage::set(&[(200, r#"{"outcome": "done", "note": "v2 serves all claims"}"#)]).await;
    stage.run().await;
    let timeline = stage.timeline("v2 serves all claims").await;
    assert!(timeline.contains("by machine"), "{timeline}");
    let (headers, body) = stage.machine.call(0);
    assert_eq!(body["type"], "rollback.step");
    assert_eq!(body["data"]["case"], "RBK-1");
    assert_eq!(body["data"]["to"], json!({ "version": "v2", "digest": null }));
    assert_eq!(body["data"]["drill"], false);
    assert!(body["data"]["sealed"]["size"].as_u64() > Some(0), "{body}");
    assert!(headers["webhook-id"].to_str().expect("text").starts_with("msg_"));
    // Words of people don't leave with it.
    assert!(!body.to_string().contains("astray"), "{body}");
    assert_eq!(stage.calls(), 1);
    stage.strike().await;
}

/// The step's role hears of it at once; the same id comes again by the schedule, also from the next process.
#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_get_through_comes_again_under_the_same_id() {
    let stage = Stage::set(&[(500, ""), (429, ""), (200, "")]).await;
    stage.run().await;
    stage.timeline("Calling the machine for step 1 failed").await;
    assert_eq!(stage.calls(), 1, "not before five seconds are over");
    stage.post("/room/api/clock", json!({ "advance": "6s" })).await;
    stage.called(2).await;
    stage.timeline("429").await;
    let stage = stage.restart().await;
    assert_eq!(stage.calls(), 2, "a start doesn't hurry it");
    stage.post("/room/api/clock", json!({ "advance": "6m" })).await;
    stage.called(3).await;
    stage.timeline("by machine").await;
    let ids = stage.machine.ids();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_later_counts_once_and_only_at_its_own_address() {
    let stage = Stage::set(&[(202, "")]).await;
    stage.run().await;
    stage.timeline("The machine has begun step 1").await;
    let path = stage.machine.callback(0);
    let token = path.rsplit('/').next().expect("a token").to_owned();
    let done = || json!({ "outcome": "done", "note": "v2 serves" });
    for forged in [
        path.replace(&token, &"0".repeat(token.len())),
        path.replace("/1/1/", "/2/1/"),
        path.replace("/1/1/", "/1/2/"),
        path.replace("RBK-1", "RBK-2"),
        path.replace("RBK-1", "INC-1"),
    ] {
        assert_eq!(stage.post(&forged, done()).await.0, 404, "{forged}");
    }
    stage.post("/room/api/clock", json!({ "advance": "25m" })).await;
    assert_eq!(stage.calls(), 1, "what has begun isn't called again");
    // What names no outcome is no answer, and doesn't use the address up.
    for nothing in [json!(null), json!({}), json!({ "status": "failed" }), json!("outcome=done"), json!(["outcome"])] {
        let (status, answer) = stage.post(&path, nothing.clone()).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("no_outcome")), "{nothing}: {answer}");
    }
    assert!(!stage.say("maya", "/rollback timeline RBK-1").await.contains("by machine"), "nor a no");
    assert_eq!(stage.post(&path, done()).await.0, 200);
    let timeline = stage.timeline("v2 serves").await;
    assert!(timeline.contains("by machine"), "{timeline}");
    let (status, again) = stage.post(&path, json!({ "outcome": "blocked" })).await;
    assert_eq!((status, again["code"].as_str()), (409, Some("not_waited_for")), "{again}");
    assert!(!stage.say("maya", "/rollback timeline RBK-1").await.contains("is blocked"));
    stage.strike().await;
}

/// What a machine did may be there all the same when its rollback is over: its word is kept, once, and moves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_answers_when_all_is_over_is_kept_once() {
    let stage = Stage::set(&[(202, "")]).await;
    stage.run().await;
    stage.timeline("The machine has begun step 1").await;
    let path = stage.machine.callback(0);
    stage.say("arjun", "/rollback withdraw RBK-1 It was the wrong pilot").await;
    assert_eq!(stage.post(&path, json!({ "outcome": "done", "note": "v2 serves all claims" })).await.0, 200);
    let timeline = stage.timeline("v2 serves all claims").await;
    assert!(timeline.contains("when nobody waits for it any more, that it is done"), "{timeline}");
    let (status, again) = stage.post(&path, json!({ "outcome": "blocked" })).await;
    assert_eq!((status, again["code"].as_str()), (409, Some("not_waited_for")), "{again}");
    let written = stage.written().await;
    assert_eq!((written.count("rollback.machine-said-late"), written.count("rollback.step-done")), (1, 0));
    assert!(stage.say("maya", "/rollback status RBK-1").await.contains("look-back"), "somebody answers for it");
    stage.strike().await;
}

/// A no is never taken for done, also where it is cut off, and is the last call until somebody has it called again: then it is
/// another call, and before a no it is the same one.
#[tokio::test(flavor = "multi_thread")]
async fn a_no_that_is_cut_off_is_a_no_and_the_first_one_stops_the_calling() {
    static LONG: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| format!(r#"{{"log": "{}", "outcome": "blocked"}}"#, "x".repeat(20_000)));
    let stage =
        Stage::set(&[(200, LONG.as_str()), (500, ""), (200, r#"{"outcome": "done", "note": "v2 serves"}"#)]).await;
    stage.run().await;
    stage.timeline("JSON that can't be read").await;
    stage.post("/room/api/clock", json!({ "advance": "2h" })).await;
    stage.timeline("JSON that can't be read").await;
    assert_eq!(stage.calls(), 1, "nobody is called any more");
    stage.say("ravi", "/rollback call RBK-1").await;
    stage.timeline("it answered 500").await;
    stage.say("ravi", "/rollback call RBK-1").await;
    stage.timeline("v2 serves").await;
    let ids = stage.machine.ids();
    assert!(ids.len() == 3 && ids[0] != ids[1] && ids[1] == ids[2], "{ids:?}");
    stage.strike().await;
}

/// Whoever does it by hand is first, and the machine's word comes too late; one that says no stops the calling.
#[tokio::test(flavor = "multi_thread")]
async fn by_hand_at_any_moment_and_a_no_is_a_no() {
    let stage = Stage::set(&[(500, ""), (200, r#"{"outcome": "failed", "note": "locked"}"#)]).await;
    stage.run().await;
    stage.timeline("Calling the machine for step 1 failed").await;
    stage.post("/room/api/clock", json!({ "advance": "6s" })).await;
    stage.called(2).await;
    stage.timeline("which means nothing here. locked").await;
    stage.post("/room/api/clock", json!({ "advance": "2h" })).await;
    assert_eq!(stage.calls(), 2, "a no isn't asked again");
    stage.say("ravi", "/rollback call RBK-1").await;
    stage.called(3).await;
    stage.say("ravi", "/rollback done RBK-1 by hand").await;
    let calls = stage.calls();
    stage.post("/room/api/clock", json!({ "advance": "2h" })).await;
    assert_eq!(stage.calls(), calls, "nobody is called for what is done");
    stage.strike().await;
}

/// Whoever answers later is told that it isn't recorded, and says it again; what was answered at once waits for the disk, and nobody
/// is called a second time meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_came_to_is_recorded_as_soon_as_the_disk_takes_it() {
    let stage = Stage::set(&[(202, ""), (200, r#"{"outcome": "done", "note": "v2 serves"}"#)]).await;
    stage.machine.hold(true);
    stage.run().await;
    stage.called(1).await;
    // What else is written would be in trouble as well.
    stage.rest().await;
    let in_trouble = async || stage.running.desk.shown().trouble.is_some();
    stage.disk(true).await;
    let before = stage.written().await.entries.len();
    stage.machine.hold(false);
    until("it can't be recorded", in_trouble).await;
    assert_eq!(stage.written().await.entries.len(), before, "nothing half done");
    stage.disk(false).await;
    stage.timeline("The machine has begun step 1").await;
    assert_eq!(stage.written().await.count("rollback.call-begun"), 1);
    assert_eq!(stage.calls(), 1, "what has begun isn't called again");

    let path = stage.machine.callback(0);
    let done = || json!({ "outcome": "blocked", "note": "the release is locked" });
    stage.disk(true).await;
    let (status, failed) = stage.post(&path, done()).await;
    assert_eq!((status, failed["code"].as_str()), (503, Some("fault")), "{failed}");
    assert!(failed["sentence"].as_str().expect("words").contains("nothing was changed"), "{failed}");
    stage.disk(false).await;
    assert_eq!(stage.post(&path, done()).await.0, 200, "it says it again");
    assert_eq!(stage.written().await.count("rollback.step-blocked"), 1);

    // Called anew, it answers at once, and the disk doesn't take that.
    stage.machine.hold(true);
    stage.say("ravi", "/rollback call RBK-1").await;
    stage.called(2).await;
    stage.rest().await;
    stage.disk(true).await;
    stage.machine.hold(false);
    until("it can't be recorded", in_trouble).await;
    stage.disk(false).await;
    stage.timeline("v2 serves").await;
    assert_eq!(stage.written().await.count("rollback.step-done"), 1);
    let ids = stage.machine.ids();
    assert!(ids.len() == 2 && ids[0] != ids[1], "called anew, it is another call: {ids:?}");
    stage.strike().await;
}
