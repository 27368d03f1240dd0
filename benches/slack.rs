//! Slack's HTTP mode under load: signed slash commands that each open an incident durably, over 32 connections, through the
//! real listener, adapter, desk and store. Slack itself is a small server that takes everything. Prints figures; asserts only
//! that the work was really done.
//!
//! Somebody sends the next command when the answer to the last one is there: in the acknowledgement, or later at the address
//! that Slack gives for it. An answer follows the commit, so what is counted is on the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::routing::{any, post};
use axum::{Json, Router};
use countersign::app::config::{Config, LogAs, Secret, SlackConfig, SlackMode};
use countersign::app::serve::{Time, start};
use countersign::clock::Mode;
use countersign::domain::{Platform, Span};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

const POLICY: &str = include_str!("policy.toml");
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const CONNECTIONS: usize = 32;
const EACH: usize = 600;

type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<()>>>>;

fn main() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(commands());
}

async fn commands() {
    let waiting = Waiting::default();
    let slack = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let there = slack.local_addr().expect("an address");
    let router = Router::new()
        .route("/api/{method}", any(called))
        .route("/respond/{id}", post(answered))
        .with_state(waiting.clone());
    tokio::spawn(async move { axum::serve(slack, router).await });

    let folder = tempfile::tempdir().expect("a temporary folder");
    let policy = folder.path().join("policy.toml");
    let text = POLICY
        .replace("channel = \"room\"", "channel = \"slack:C0ROOM\"")
        .replace("[people.maya]\n", "[people.maya]\nslack = \"U0MAYA\"\n");
    let text = format!("{text}\n[[targets]]\nduty = \"acknowledge\"\nholder = \"model-risk\"\nwithin = \"15m\"\n");
    assert!(text.contains("slack:C0ROOM") && text.contains("U0MAYA"), "the policy lives in Slack");
    std::fs::write(&policy, text).expect("the policy is written");
    let config = Config {
        webhook_keys: std::collections::BTreeMap::new(),
        accept_clock: false,
        encrypt_files: false,
        data: folder.path().join("data"),
        listen: ([127, 0, 0, 1], 0).into(),
        policy: Some(policy),
        templates: None,
        checkpoint_every: Span::minutes(1),
        heartbeat: None,
        open_to_network: false,
        hosts: Vec::new(),
        public_url: None,
        prefix: "/".to_owned(),
        slack: vec![SlackConfig {
            platform: Platform::from("slack"),
            mode: SlackMode::Http { signing_secret: Secret::new(SECRET) },
            bot_token: Secret::new("xoxb-bench"),
            rotation: None,
            api_url: format!("http://{there}/api"),
            listen: None,
            messages_per_second: std::num::NonZeroU32::MIN,
        }],
        discord: None,
        witness_listen: None,
        heads_dir: None,
        time_stamps: None,
        blobs: None,
        secret_files: Vec::new(),
        log: LogAs::Text,
    };
    let running = start(&config, Time { mode: Mode::Real, speed: 1 }).await.expect("it starts");
    let url = format!("http://{}/slack/commands", running.address);
    let before = running.desk.shown().size;

    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for worker in 0..CONNECTIONS {
        let (url, waiting, there) = (url.clone(), waiting.clone(), there.to_string());
        workers.spawn(async move {
            // A connection of its own.
            let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(1).build().expect("a client");
            let mut took = Vec::with_capacity(EACH);
            for nth in 0..EACH {
                let id = format!("{worker}-{nth}");
                let (done, answer) = oneshot::channel();
                waiting.lock().expect("nobody panics with it").insert(id.clone(), done);
                let asked = Instant::now();
                let said = command(&client, &url, &there, &id).await;
                if said.is_empty() {
                    answer.await.expect("an answer comes");
                }
                took.push(asked.elapsed());
            }
            took
        });
    }
    let mut took: Vec<Duration> = workers.join_all().await.into_iter().flatten().collect();
    let elapsed = begun.elapsed();
    took.sort();
    let entries = running.desk.shown().size - before;
    assert!(entries >= 2 * took.len() as u64, "every command is an entry, and so is every incident: {entries}");
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    println!(
        "slack over http, {CONNECTIONS} connections: {} incidents opened in {elapsed:.2?}: {:.0}/s, answered p50 {:.1?}, p99 {:.1?}",
        took.len(),
        took.len() as f64 / elapsed.as_secs_f64(),
        at(50),
        at(99),
    );
    running.stop().await.expect("it stops");
}

/// Sends one command. The body of the acknowledgement: the answer, or nothing yet.
async fn command(client: &reqwest::Client, url: &str, there: &str, id: &str) -> String {
    let fields = [
        ("command", "/incident"),
        ("text", "open lending sev1 Scores drift for new customers"),
        ("user_id", "U0MAYA"),
        ("user_name", "maya"),
        ("channel_id", "C0ROOM"),
        ("team_id", "T0BENCH"),
        ("trigger_id", id),
        ("response_url", &format!("http://{there}/respond/{id}")),
    ];
    let mut form = reqwest::Url::parse("http://form/").expect("an address");
    form.query_pairs_mut().extend_pairs(fields);
    let body = form.query().unwrap_or_default().to_owned();
    let timestamp = countersign::clock::Clock::real().now().0 / 1_000_000;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length will do");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
    let request = client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-slack-request-timestamp", timestamp.to_string())
        .header("x-slack-signature", signature)
        .body(body);
    let response = request.send().await.expect("an acknowledgement");
    assert_eq!(response.status(), 200, "it is taken");
    response.text().await.expect("a body")
}

/// Slack takes everything.
async fn called(Path(method): Path<String>) -> Json<Value> {
    Json(match method.as_str() {
        "auth.test" => {
            json!({ "ok": true, "user_id": "U0BOT", "bot_id": "B0BOT", "team_id": "T0BENCH", "url": "https://bench.slack.com/" })
        }
        "users.info" => {
            let profile = json!({ "display_name": "Maya" });
            json!({ "ok": true, "user": { "id": "U0MAYA", "team_id": "T0BENCH", "name": "maya", "profile": profile } })
        }
        "conversations.open" => json!({ "ok": true, "channel": { "id": "D0MAYA" } }),
        "chat.postMessage" => json!({ "ok": true, "ts": "1795420800.000100", "channel": "C0ROOM" }),
        _ => json!({ "ok": true, "messages": [], "channels": [], "users": [], "usergroups": [] }),
    })
}

async fn answered(State(waiting): State<Waiting>, Path(id): Path<String>) -> Json<Value> {
    if let Some(done) = waiting.lock().expect("nobody panics with it").remove(&id) {
        // Whoever waited for it may have had it in the acknowledgement.
        let _had = done.send(());
    }
    Json(json!({ "ok": true }))
}
