//! A Slack on loopback, for tests: Web API, Socket Mode, signed HTTP, people who type and press. It knows only Slack and nothing
//! of who speaks to it; it refuses what Slack refuses, remembers every breach of Slack's rules, and hurts on demand.
//!
//! [`FakeSlack::start`] gives a workspace with nobody in it but the bot. People and channels are added by the test, which then
//! acts as them ([`people`]), looks at what the bot did ([`look`]), and ends with [`FakeSlack::assert_clean`].

pub mod deliver;
pub mod draw;
pub mod faults;
pub mod files;
pub mod happen;
pub mod http_events;
pub mod limits;
pub mod look;
pub mod people;
pub mod render;
pub mod schema;
pub mod socket;
pub mod views;
pub mod web_api;
pub mod wire;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{any, get, post};
use serde_json::{Map, Value};

pub use deliver::{Ack, Kind, Via};
pub use faults::{Disturbance, Harm, On};
pub use http_events::{Addresses, Tamper, sign};
pub use look::{Call, Shown, Source};
pub use people::{Spoken, Submitted};
pub use render::{Allowed, Button, assert_no_injection};
pub use views::OpenView;
pub use world::{APP, BOT_ID, BOT_USER, Group, Message, Sort, TEAM, User};

pub const BOT_TOKEN: &str = "xoxb-fake";
pub const APP_TOKEN: &str = "xapp-fake";
pub const CLIENT_ID: &str = "12.34";
pub const CLIENT_SECRET: &str = "cl1ent";
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// How long anything is waited for before a test is given up. No machine needs it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What an app like the bot asks for. Each can be taken away with [`FakeSlack::scopes`].
const SCOPES: &[&str] = &[
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "usergroups:write",
    "users:read",
];

#[derive(Clone)]
pub struct FakeSlack {
    inner: Arc<Inner>,
}

pub struct Inner {
    /// `http://127.0.0.1:PORT`
    base: String,
    state: Mutex<State>,
    http: reqwest::Client,
}

pub struct State {
    me: Weak<Inner>,
    base: String,
    pub world: World,
    settings: Settings,
    scopes: BTreeSet<String>,
    token: TokenState,
    rotating: Option<Rotating>,
    calls: Vec<Call>,
    violations: Vec<String>,
    /// What the fake itself did wrong.
    own: Vec<String>,
    faults: faults::Faults,
    triggers: BTreeMap<String, Trigger>,
    response_urls: BTreeMap<String, ResponseUrl>,
    views: BTreeMap<String, Vec<OpenView>>,
    homes: BTreeMap<String, OpenView>,
    shown: Vec<Shown>,
    post: deliver::PostOffice,
    buckets: BTreeMap<String, (f64, Instant)>,
}

use world::World;

struct Settings {
    trigger_life: Duration,
    redeliver_after: Duration,
    retries: u32,
    page: usize,
    strict_rates: bool,
    burst: f64,
    per_second: f64,
    refuse_connections: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum TokenState {
    Good,
    Revoked,
    Inactive,
}

/// The app rotates its tokens: the bot's run out, and each token for renewals is good for one.
struct Rotating {
    refresh: String,
    /// The newest and the one before.
    valid: Vec<String>,
    issued: u32,
    expires_in: i64,
}

struct Trigger {
    user: String,
    /// The modal that it was pressed in.
    view: Option<String>,
    born: Instant,
    used: bool,
}

#[derive(Clone)]
struct ResponseUrl {
    user: String,
    channel: String,
    /// The message that it belongs to, where it can be replaced.
    ts: Option<String>,
    ephemeral: bool,
    thread_ts: Option<String>,
    uses: u32,
    born_s: i64,
}

impl FakeSlack {
    pub async fn start() -> FakeSlack {
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let inner = Arc::new_cyclic(|me| Inner {
            base: base.clone(),
            http,
            state: Mutex::new(State {
                me: me.clone(),
                base,
                world: World::default(),
                settings: Settings {
                    trigger_life: Duration::from_secs(3),
                    redeliver_after: Duration::from_secs(3),
                    retries: 3,
                    page: 1000,
                    strict_rates: false,
                    burst: 5.0,
                    per_second: 1.0,
                    refuse_connections: false,
                },
                scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
                token: TokenState::Good,
                rotating: None,
                calls: Vec::new(),
                violations: Vec::new(),
                own: Vec::new(),
                faults: faults::Faults::default(),
                triggers: BTreeMap::new(),
                response_urls: BTreeMap::new(),
                views: BTreeMap::new(),
                homes: BTreeMap::new(),
                shown: Vec::new(),
                post: deliver::PostOffice::default(),
                buckets: BTreeMap::new(),
            }),
        });
        let fake = FakeSlack { inner };
        fake.add_user(User::new(BOT_USER, "countersign", "Countersign", "UTC").bot());
        let router = Router::new()
            .route("/api/{method}", any(web_api::serve))
            .route("/link/{ticket}", get(socket::serve))
            .route("/upload/{file}", post(files::take))
            .route("/files-pri/{id}/download/{name}", get(files::give))
            .route("/files-pri/{id}/{name}", get(files::give))
            .route("/{kind}/T0FAKE/{token}", post(web_api::respond))
            .layer(axum::extract::DefaultBodyLimit::max(64 << 20))
            .with_state(fake.clone());
        let app = router.into_make_service_with_connect_info::<wire::Line>();
        tokio::spawn(async move { axum::serve(wire::Door(listener), app).await });
        fake
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panics while it holds the state has failed already; its neighbours may still look.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No trailing slash.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.inner.base)
    }

    pub fn base(&self) -> &str {
        &self.inner.base
    }

    // ——— the workspace ———

    pub fn add_user(&self, user: User) {
        self.state().world.users.insert(user.id.clone(), user);
    }

    pub fn add_group(&self, id: &str, handle: &str, members: &[&str]) {
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        let (name, disabled) = (handle.to_owned(), false);
        let group = Group { id: id.to_owned(), handle: handle.to_owned(), name, members, disabled };
        self.state().world.groups.insert(id.to_owned(), group);
    }

    /// A channel in which the bot is only if it is among the members.
    pub fn add_channel(&self, id: &str, name: &str, sort: Sort, members: &[&str]) {
        let mut state = self.state();
        let creator = members.iter().find(|member| **member != BOT_USER).copied().unwrap_or(BOT_USER);
        let channel = state.world.new_channel(id, name, sort, creator);
        channel.members = members.iter().map(|member| (*member).to_owned()).collect();
    }

    /// The channel is shared with another company.
    pub fn share_channel(&self, channel: &str) {
        self.state().world.channels.get_mut(channel).expect("a channel of the workspace").shared = true;
    }

    /// The direct message between the bot and somebody; opened if it wasn't.
    pub fn im(&self, user: &str) -> String {
        self.state().world.im(user)
    }

    /// Seconds since 1970 that new timestamps start from. Without it, the machine's clock counts.
    pub fn set_time(&self, unix: i64) {
        self.state().world.now_us = Some(unix * 1_000_000);
    }

    // ——— settings ———

    pub fn scopes(&self, scopes: &[&str]) {
        self.state().scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    }

    pub fn without_scope(&self, scope: &str) {
        assert!(self.state().scopes.remove(scope), "there was no scope {scope}");
    }

    /// Pages have at most this many entries, whatever is asked for.
    pub fn small_pages(&self, entries: usize) {
        self.state().settings.page = entries;
    }

    /// chat.postMessage beyond one a second per channel is refused, once the allowance for bursts is used up.
    pub fn strict_rates(&self, strict: bool) {
        self.state().settings.strict_rates = strict;
    }

    pub fn rates(&self, per_second: f64, burst: f64) {
        let mut state = self.state();
        state.settings.per_second = per_second;
        state.settings.burst = burst;
    }

    /// Three seconds, unless a slow machine needs more.
    pub fn trigger_life(&self, life: Duration) {
        self.state().settings.trigger_life = life;
    }

    /// How long an event may go without an acknowledgement before it is told again, and how often.
    pub fn redeliver_after(&self, after: Duration, retries: u32) {
        let mut state = self.state();
        state.settings.redeliver_after = after;
        state.settings.retries = retries;
    }

    // ——— hurting ———

    pub fn fault(&self, on: On, harm: Harm) {
        self.state().faults.add(on, harm);
    }

    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    pub fn revoke_token(&self) {
        self.state().token = TokenState::Revoked;
    }

    pub fn deactivate_bot(&self) {
        self.state().token = TokenState::Inactive;
    }

    /// The app rotates its tokens from now on. The first ones are `xoxe.xoxb-0` and `xoxe-0`.
    pub fn rotate_tokens(&self, expires_in: i64) {
        let (refresh, valid) = ("xoxe-0".to_owned(), vec!["xoxe.xoxb-0".to_owned()]);
        self.state().rotating = Some(Rotating { refresh, valid, issued: 0, expires_in });
    }

    /// The bot's tokens have run out.
    pub fn expire_tokens(&self) {
        self.state().rotating.as_mut().expect("tokens that rotate").valid.clear();
    }

    /// Only the newest of the bot's tokens hasn't run out.
    pub fn expire_older_tokens(&self) {
        let mut state = self.state();
        let valid = &mut state.rotating.as_mut().expect("tokens that rotate").valid;
        valid.drain(..valid.len().saturating_sub(1));
    }

    /// How many pairs were given out.
    pub fn renewals(&self) -> u32 {
        self.state().rotating.as_ref().expect("tokens that rotate").issued
    }

    pub fn restore_token(&self) {
        self.state().token = TokenState::Good;
    }

    pub fn set_topic(&self, channel: &str, topic: &str) {
        let mut state = self.state();
        state.world.channels.get_mut(channel).expect("a channel of the workspace").topic = topic.to_owned();
    }

    pub fn archive_channel(&self, channel: &str) {
        self.state().archive(channel, "U0ADMIN");
        self.sound();
    }

    pub fn unarchive_channel(&self, channel: &str) {
        self.state().world.channels.get_mut(channel).expect("a channel of the workspace").archived = false;
    }

    pub fn remove_bot(&self, channel: &str) {
        self.state().leave(channel, BOT_USER);
        self.sound();
    }
}

impl State {
    fn violation(&mut self, what: String) {
        self.violations.push(what);
    }

    fn fake(&self) -> Option<FakeSlack> {
        self.me.upgrade().map(|inner| FakeSlack { inner })
    }

    fn new_trigger(&mut self, user: &str, view: Option<&str>) -> String {
        let token = self.world.next_token();
        let id = format!("{}.{}.{token}", self.triggers.len() + 1, self.world.now_s());
        let view = view.map(str::to_owned);
        self.triggers.insert(id.clone(), Trigger { user: user.to_owned(), view, born: Instant::now(), used: false });
        id
    }

    fn new_response_url(&mut self, kind: &str, about: ResponseUrl) -> String {
        let token = self.world.next_token();
        self.response_urls.insert(token.clone(), about);
        format!("{}/{kind}/{TEAM}/{token}", self.base)
    }

    fn response_url_to(&self, user: &str, channel: &str) -> ResponseUrl {
        ResponseUrl {
            user: user.to_owned(),
            channel: channel.to_owned(),
            ts: None,
            ephemeral: true,
            thread_ts: None,
            uses: 0,
            born_s: self.world.now_s(),
        }
    }

    /// Slack gives a name to blocks and elements that have none.
    fn named(&mut self, blocks: &Value) -> Vec<Value> {
        let mut blocks = limits::list(blocks).to_vec();
        for block in &mut blocks {
            if block["block_id"].as_str().is_none_or(str::is_empty) {
                block["block_id"] = Value::from(&self.world.next_token()[..5]);
            }
            let Some(block) = block.as_object_mut() else { continue };
            for (part, value) in block.iter_mut() {
                let one: Vec<&mut Value> = match (part.as_str(), value) {
                    ("elements", Value::Array(list)) => list.iter_mut().collect(),
                    ("accessory" | "element", value) => vec![value],
                    _ => continue,
                };
                for element in one {
                    let kind = element["type"].as_str().unwrap_or_default();
                    let acts =
                        !kind.starts_with("rich_text") && !matches!(kind, "plain_text" | "mrkdwn" | "image" | "");
                    if acts && element["action_id"].is_null() {
                        element["action_id"] = Value::from(&self.world.next_token()[..5]);
                    }
                }
            }
        }
        blocks
    }
}

/// An object's field as text.
fn word<'a>(args: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    args.get(name).and_then(Value::as_str)
}
