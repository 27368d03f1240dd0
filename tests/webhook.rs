//! A step that a machine does: the whole bot calls a small server on this machine, which checks what it is sent as any receiver of
//! Standard Webhooks does, and answers at once, later, or not at all.

mod kit;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response, header};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::app::config::{Config, Given};
use countersign::app::serve::{self, Running, Time};
use countersign::clock::Mode;
use ed25519_dalek::{Signature, VerifyingKey};
use kit::bot::until;
use kit::written;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PRIVATE: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

/// A deployment system: what it was told, and what it answers next. With no more answers it says 503.
#[derive(Clone)]
struct Machine {
    told: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    public: VerifyingKey,
}

async fn told(State(machine): State<Machine>, headers: HeaderMap, body: String) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let signature = header("webhook-signature");
    let signature = signature.split(' ').find_map(|it| it.strip_prefix("v1a,")).expect("an Ed25519 signature");
    let signature = Signature::from_slice(&STANDARD.decode(signature).expect("base64")).expect("64 bytes");
    machine.public.verify_strict(signed.as_bytes(), &signature).expect("it is the bot's");
    machine.told.lock().expect("a list").push((headers, serde_json::from_str(&body).expect("JSON")));
    let (status, answer) = machine.answers.lock().expect("a list").pop_front().unwrap_or((503, ""));
    Response::builder().status(status).body(Body::from(answer)).expect("an answer")
}

struct Stage {
    running: Running,
    machine: Machine,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set(answers: &[(u16, &'static str)]) -> Stage {
        // Fails only where one was chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let seed: [u8; 32] =
            STANDARD.decode(&PRIVATE[5..]).expect("base64").try_into().expect("the seed of a key has 32 bytes");
        let machine = Machine {
            told: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
            public: ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let router = Router::new().route("/hook", post(told)).with_state(machine.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let policy = include_str!("stories/bank.toml").replace("http://deploy.inside/countersign", &url);
        std::fs::write(folder.path().join("policy.toml"), policy).expect("it is written");
        std::fs::write(folder.path().join("deploy.keys"), PRIVATE).expect("it is written");
        let running = Stage::start(folder.path()).await;
        Stage { running, machine, folder }
    }

    async fn start(folder: &Path) -> Running {
        let settings = format!(
            "policy = {:?}\npublic_url = \"https://bot.example.com/\"\n[webhooks.deploy]\nkeys_file = {:?}\n",
            folder.join("policy.toml"),
            folder.join("deploy.keys"),
        );
        let file = folder.join("countersign.toml");
        std::fs::write(&file, settings).expect("it is written");
        let listen = Some("127.0.0.1:0".parse().expect("an address"));
        let given = Given { data: Some(folder.join("data")), listen, ..Given::default() };
        let config = Config::read(Some(&file), |_| None, given).expect("settings");
        serve::start(&config, Time { mode: Mode::Manual, speed: 0 }).await.expect("it starts")
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
        self.machine.told.lock().expect("a list").len()
    }

    async fn called(&self, times: usize) {
        until("it is called", async || self.calls() >= times).await;
    }

    async fn timeline(&self, holds: &str) -> String {
        until(holds, async || self.say("maya", "/rollback timeline RBK-1").await.contains(holds)).await;
        self.say("maya", "/rollback timeline RBK-1").await
    }

    async fn strike(self) {
        self.running.stop().await.expect("it stops well");
        written::verifies(&self.folder.path().join("data")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_does_the_step_and_it_looks_as_one_done_by_hand() {
    let stage = Stage::set(&[(200, r#"{"outcome": "done", "note": "v2 serves all claims"}"#)]).await;
    stage.run().await;
    let timeline = stage.timeline("v2 serves all claims").await;
    assert!(timeline.contains("by machine"), "{timeline}");
    let (headers, body) = stage.machine.told.lock().expect("a list")[0].clone();
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
    let Stage { running, machine, folder } = stage;
    running.stop().await.expect("it stops well");
    let stage = Stage { running: Stage::start(folder.path()).await, machine, folder };
    assert_eq!(stage.calls(), 2, "a start doesn't hurry it");
    stage.post("/room/api/clock", json!({ "advance": "6m" })).await;
    stage.called(3).await;
    stage.timeline("by machine").await;
    let ids: Vec<String> = stage
        .machine
        .told
        .lock()
        .expect("a list")
        .iter()
        .map(|(headers, _)| format!("{:?}", headers["webhook-id"]))
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_later_counts_once_and_only_at_its_own_address() {
    let stage = Stage::set(&[(202, "")]).await;
    stage.run().await;
    stage.timeline("The machine has begun step 1").await;
    let body = stage.machine.told.lock().expect("a list")[0].1.clone();
    let url = body["data"]["callback_url"].as_str().expect("an address").to_owned();
    let path = url.strip_prefix("https://bot.example.com").expect("the bot's own").to_owned();
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
    let told = stage.machine.told.lock().expect("a list").clone();
    let ids: Vec<&str> = told.iter().map(|(headers, _)| headers["webhook-id"].to_str().expect("text")).collect();
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
