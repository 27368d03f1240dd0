//! A deployment system on this machine: it checks what it is sent as any receiver of Standard Webhooks does, and answers as it was told
//! to, or leaves whoever calls waiting.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use tokio::sync::watch;

use crate::kit::bot::until;

const PRIVATE: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

/// It outlives the bots that call it.
#[derive(Clone)]
pub struct Machine {
    told: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    /// With no more of them it says 503.
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    public: VerifyingKey,
    is_held: Arc<watch::Sender<bool>>,
    url: String,
}

async fn told(State(machine): State<Machine>, headers: HeaderMap, body: String) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let signature = header("webhook-signature");
    let signature = signature.split(' ').find_map(|it| it.strip_prefix("v1a,")).expect("an Ed25519 signature");
    let signature = Signature::from_slice(&STANDARD.decode(signature).expect("base64")).expect("64 bytes");
    machine.public.verify_strict(signed.as_bytes(), &signature).expect("it is the bot's");
    machine.told.lock().expect("a list").push((headers, serde_json::from_str(&body).expect("JSON")));
    machine.is_held.subscribe().wait_for(|is_held| !is_held).await.expect("it outlives its calls");
    let (status, answer) = machine.answers.lock().expect("a list").pop_front().unwrap_or((503, ""));
    Response::builder().status(status).body(Body::from(answer)).expect("an answer")
}

impl Machine {
    pub async fn start(answers: &[(u16, &'static str)]) -> Machine {
        // Fails only where one was chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let seed: [u8; 32] =
            STANDARD.decode(&PRIVATE[5..]).expect("base64").try_into().expect("the seed of a key has 32 bytes");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let machine = Machine {
            told: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
            public: ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key(),
            is_held: Arc::new(watch::Sender::new(false)),
            url: format!("http://{}/hook", listener.local_addr().expect("an address")),
        };
        let router = Router::new().route("/hook", post(told)).with_state(machine.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        machine
    }

    /// Writes the settings of a bot into a folder: the bank of the stories, whose webhook this machine is.
    pub fn settings(&self, folder: &Path) -> PathBuf {
        let bank = include_str!("../stories/bank.toml").replace("http://deploy.inside/countersign", &self.url);
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            std::fs::write(&file, text).expect("it is written");
            file
        };
        let (policy, keys) = (write("policy.toml", &bank), write("deploy.keys", PRIVATE));
        let settings = format!(
            "policy = {policy:?}\npublic_url = \"https://bot.example.com/\"\n[webhooks.deploy]\nkeys_file = {keys:?}\n"
        );
        write("countersign.toml", &settings)
    }

    /// What it answers next, after what it was to answer before.
    pub fn answer_with(&self, answers: &[(u16, &'static str)]) {
        self.answers.lock().expect("a list").extend(answers);
    }

    /// From now on it leaves whoever calls waiting, or no longer.
    pub fn hold(&self, is_held: bool) {
        self.is_held.send_replace(is_held);
    }

    pub fn calls(&self) -> usize {
        self.told.lock().expect("a list").len()
    }

    pub async fn called(&self, times: usize) {
        until("it is called", async || self.calls() >= times).await;
    }

    /// What it was told by a call, counted from 0.
    pub fn call(&self, nth: usize) -> (HeaderMap, Value) {
        self.told.lock().expect("a list")[nth].clone()
    }

    /// The ids of all calls, in order.
    pub fn ids(&self) -> Vec<String> {
        let told = self.told.lock().expect("a list");
        told.iter().map(|(headers, _)| headers["webhook-id"].to_str().expect("text").to_owned()).collect()
    }

    /// Where a call is answered later, without the bot's own address.
    pub fn callback(&self, nth: usize) -> String {
        let (_, body) = self.call(nth);
        let url = body["data"]["callback_url"].as_str().expect("an address");
        url.strip_prefix("https://bot.example.com").expect("the bot's own").to_owned()
    }
}
