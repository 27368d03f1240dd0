//! Discord's REST API: one request, its answer or why there is none, and the patience that its limits ask for.
//!
//! serenity's own client drops what a 429 says once its limiter is off, and ignores another server's address while it is
//! on. So requests go out here, in the same way to Discord and to a server in its place. A route whose limit is reached
//! isn't asked again before its time, and other routes don't wait for it.

use std::collections::HashMap;
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::config::{DiscordConfig, Secret};
use crate::chat::files::{Announced, Download, TooLarge};
use crate::chat::lock::{self as locks, lock};
use crate::chat::retry::{Again, Pauses, patiently};
use crate::domain::WhyNotKept;

/// Discord's own address.
const DISCORD: &str = "https://discord.com";
/// Where Discord keeps files.
const CDN: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];
/// How long an answer is waited for. After that the outcome isn't known.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// A token that was refused isn't shown again for this long: 10,000 refusals within ten minutes are a ban.
const AFTER_UNAUTHORIZED: Duration = Duration::from_secs(60);
/// The pause where a limit names no time.
const LIMITED: Duration = Duration::from_secs(5);
/// How often a call is tried while its outcome isn't known.
const TRIES: u32 = 5;
const PAUSES: Pauses = Pauses::new(Duration::from_millis(500), Duration::from_secs(8));

pub struct Api {
    client: reqwest::Client,
    base: String,
    token: RwLock<Secret>,
    speed: DefaultDirectRateLimiter,
    limits: Mutex<Limits>,
}

#[derive(Default)]
struct Limits {
    all: Option<Instant>,
    routes: HashMap<String, Instant>,
    unauthorized: Option<Instant>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("Discord asks to wait {} s", after.as_secs_f32().ceil())]
    Limited { after: Duration },
    #[error("Discord says {status}, {message} ({code})")]
    Refused { status: u16, code: u64, message: String },
    /// It never reached Discord.
    #[error("Discord can't be reached: {why}")]
    Unreached { why: String },
    /// It may have happened.
    #[error("Discord's answer is missing: {why}")]
    Unknown { why: String },
}

impl Trouble {
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Trouble::Refused { status: 401, .. })
    }

    /// For what may be done twice, and whose reader has time: waits as long as Discord asks to, and tries again where
    /// the outcome isn't known.
    pub fn until_it_is_known(&self) -> Again {
        match self {
            Trouble::Limited { after } => Again::Wait(*after),
            Trouble::Unreached { .. } | Trouble::Unknown { .. } => Again::Try(None),
            Trouble::Refused { .. } => Again::Stop,
        }
    }

    /// For what has to be said within seconds: tries again at once, whatever Discord asks for.
    pub fn unless_refused(&self) -> Again {
        match self {
            Trouble::Limited { .. } | Trouble::Unreached { .. } | Trouble::Unknown { .. } => Again::Try(None),
            Trouble::Refused { .. } => Again::Stop,
        }
    }

    /// For an edit, which the courier repeats later anyway: tries again here only where the outcome isn't known.
    pub fn if_unknown(&self) -> Again {
        match self {
            Trouble::Unknown { .. } => Again::Try(None),
            Trouble::Limited { .. } | Trouble::Unreached { .. } | Trouble::Refused { .. } => Again::Stop,
        }
    }
}

/// What is asked.
pub struct Call<'a> {
    pub method: Method,
    /// Behind `/api/v10`.
    pub path: &'a str,
    pub body: Option<&'a Value>,
    pub files: &'a [Upload],
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl<'a> Call<'a> {
    pub fn new(method: Method, path: &'a str) -> Call<'a> {
        Call { method, path, body: None, files: &[] }
    }
    pub fn get(path: &'a str) -> Call<'a> {
        Call::new(Method::GET, path)
    }
    pub fn with(method: Method, path: &'a str, body: &'a Value) -> Call<'a> {
        Call { body: Some(body), ..Call::new(method, path) }
    }
}

impl Api {
    /// # Errors
    /// There is no HTTP client to be had on this machine.
    pub fn new(config: &DiscordConfig) -> Result<Api, reqwest::Error> {
        let agent = concat!("DiscordBot (countersign, ", env!("CARGO_PKG_VERSION"), ")");
        let client = reqwest::Client::builder()
            .user_agent(agent)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let base = format!("{}/api/v10", config.api_url.as_deref().unwrap_or(DISCORD));
        let speed = RateLimiter::direct(Quota::per_second(config.requests_per_second));
        Ok(Api { client, base, token: RwLock::new(config.token.clone()), speed, limits: Mutex::default() })
    }

    pub fn token(&self) -> Secret {
        locks::read(&self.token).clone()
    }

    /// Goes on with another token.
    pub fn take_token(&self, token: &Secret) {
        *locks::write(&self.token) = token.clone();
        lock(&self.limits).unauthorized = None;
    }

    /// Asks once. Where Discord said to wait, it doesn't ask, and says how long to wait.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn call(&self, call: &Call<'_>) -> Result<Value, Trouble> {
        // Answers to interactions have a generous limit of their own, so they never wait for other calls.
        let urgent = call.path.starts_with("/interactions/") || call.path.starts_with("/webhooks/");
        let route = route(&call.method, call.path);
        if let Some(after) = self.closed(&route, urgent) {
            return Err(Trouble::Limited { after });
        }
        if self.is_unauthorized() {
            return Err(Trouble::Refused { status: 401, code: 0, message: "the token was refused".to_owned() });
        }
        let sent = self.request(call).send().await;
        let response = sent.map_err(|error| match error.is_connect() || error.is_builder() {
            true => Trouble::Unreached { why: plainly(&error) },
            false => Trouble::Unknown { why: plainly(&error) },
        })?;
        let status = response.status();
        let headers = response.headers().clone();
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let seconds = |name: &str| header(name).and_then(|text| text.parse::<f64>().ok()).and_then(span);
        let is_global = header("x-ratelimit-global").is_some();
        if let (Some("0"), Some(after)) = (header("x-ratelimit-remaining"), seconds("x-ratelimit-reset-after")) {
            self.close(&route, after);
        }
        let text = response.text().await.map_err(|error| Trouble::Unknown { why: plainly(&error) })?;
        let body = serde_json::from_str::<Value>(&text);
        if status.is_success() {
            return match body {
                Ok(body) => Ok(body),
                Err(_) if text.trim().is_empty() => Ok(Value::Null),
                Err(_) => Err(Trouble::Unknown { why: "it can't be read".to_owned() }),
            };
        }
        let body = body.unwrap_or_default();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let told = body.get("retry_after").and_then(Value::as_f64).and_then(span);
            let after = told.or_else(|| seconds("retry-after")).unwrap_or(LIMITED);
            match is_global || body.get("global").and_then(Value::as_bool) == Some(true) {
                true => lock(&self.limits).all = Some(Instant::now() + after),
                false => self.close(&route, after),
            }
            return Err(Trouble::Limited { after });
        }
        if status == StatusCode::UNAUTHORIZED && !urgent {
            lock(&self.limits).unauthorized = Some(Instant::now() + AFTER_UNAUTHORIZED);
        }
        if status.is_server_error() {
            return Err(Trouble::Unknown { why: format!("it says {status}") });
        }
        let code = body.get("code").and_then(Value::as_u64).unwrap_or(0);
        let mut message = body.get("message").and_then(Value::as_str).unwrap_or("no reason given").to_owned();
        if let Some(errors) = body.get("errors") {
            message.push_str(&format!(": {errors}"));
        }
        Err(Trouble::Refused { status: status.as_u16(), code, message })
    }

    /// Asks until there is an answer: see [`Trouble::until_it_is_known`].
    ///
    /// # Errors
    /// A refusal; or the last trouble, after several.
    pub async fn patient(&self, call: &Call<'_>) -> Result<Value, Trouble> {
        patiently(PAUSES, TRIES, Trouble::until_it_is_known, || self.call(call)).await
    }

    pub async fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.patient(&Call::get(path)).await
    }

    /// As [`Api::get`], read.
    ///
    /// # Errors
    /// As [`Api::patient`]; an answer that can't be read is an unknown one.
    pub async fn read<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let value = self.get(path).await?;
        serde_json::from_value(value).map_err(|error| Trouble::Unknown { why: format!("it can't be read: {error}") })
    }

    /// The bytes of a file, as it was announced.
    ///
    /// # Errors
    /// Why it isn't kept; only [`WhyNotKept::Unreachable`] may pass.
    pub async fn fetch(&self, url: &str, announced: &Announced<'_>) -> Result<Vec<u8>, WhyNotKept> {
        let url = self.of_discords(url).ok_or(WhyNotKept::Elsewhere)?;
        let broken = |error: reqwest::Error| {
            tracing::warn!(error = plainly(&error), "a file of Discord's can't be fetched");
            WhyNotKept::Unreachable
        };
        // No token: the address is signed.
        let mut response = self.client.get(url).send().await.map_err(broken)?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(WhyNotKept::Unreachable);
        }
        if !status.is_success() {
            return Err(WhyNotKept::Gone);
        }
        let kind = response.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let kind = kind.to_owned();
        let mut bytes = Download::default();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            bytes.add(&chunk).map_err(|TooLarge| WhyNotKept::TooLarge)?;
        }
        let bytes = bytes.finish();
        announced.require(&bytes, &kind)?;
        Ok(bytes)
    }

    /// An address where Discord keeps files, or of the server that stands in its place. Events name addresses, and whoever can
    /// forge one must not make the bot ask others.
    fn of_discords(&self, url: &str) -> Option<reqwest::Url> {
        let url = reqwest::Url::parse(url).ok()?;
        let is_cdn = url.scheme() == "https" && url.host_str().is_some_and(|host| CDN.contains(&host));
        let place = reqwest::Url::parse(&self.base).ok().filter(|_| !self.base.starts_with(DISCORD));
        (is_cdn || place.is_some_and(|place| place.origin() == url.origin())).then_some(url)
    }

    /// How far Discord's clock is ahead of `now`, to the second. `None`: it doesn't say.
    pub async fn clock(&self) -> Option<crate::domain::At> {
        let sent = self.client.get(format!("{}/gateway", self.base)).send().await.ok()?;
        let date = sent.headers().get(reqwest::header::DATE)?.to_str().ok()?;
        let at = chrono::DateTime::parse_from_rfc2822(date).ok()?;
        Some(crate::domain::At(at.timestamp_micros()))
    }

    fn request(&self, call: &Call<'_>) -> reqwest::RequestBuilder {
        let request = self
            .client
            .request(call.method.clone(), format!("{}{}", self.base, call.path))
            .header(reqwest::header::AUTHORIZATION, format!("Bot {}", self.token().reveal()));
        match (call.body, call.files) {
            (None, _) => request,
            (Some(body), []) => {
                request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string())
            }
            (Some(body), files) => {
                let (boundary, bytes) = multipart(body, files);
                let kind = format!("multipart/form-data; boundary={boundary}");
                request.header(reqwest::header::CONTENT_TYPE, kind).body(bytes)
            }
        }
    }

    /// How long the route has to be left alone. `None`: it is open, and one of this second's calls is taken.
    fn closed(&self, route: &str, urgent: bool) -> Option<Duration> {
        let now = Instant::now();
        let left = |until: Instant| until.checked_duration_since(now).filter(|left| !left.is_zero());
        {
            let limits = lock(&self.limits);
            let all = limits.all.filter(|_| !urgent).and_then(left);
            let one = limits.routes.get(route).copied().and_then(left);
            if let Some(wait) = all.into_iter().chain(one).max() {
                return Some(wait);
            }
        }
        if urgent {
            return None;
        }
        self.speed.check().err().map(|full| full.wait_time_from(DefaultClock::default().now()))
    }

    fn close(&self, route: &str, after: Duration) {
        let now = Instant::now();
        let mut limits = lock(&self.limits);
        limits.routes.retain(|_, until| *until > now);
        limits.routes.insert(route.to_owned(), now + after);
    }

    fn is_unauthorized(&self) -> bool {
        lock(&self.limits).unauthorized.is_some_and(|until| until > Instant::now())
    }
}

fn span(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

/// What Discord counts together: the method, and the path with only the first of its ids.
fn route(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut ids = 0;
    let parts = path.split('/').map(|part| {
        let is_id = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        ids += usize::from(is_id);
        if is_id && ids > 1 { "{}" } else { part }
    });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

/// The error without the address, which may hold a token.
fn plainly(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    match std::error::Error::source(error).map(|source| innermost(source).to_string()) {
        Some(why) if !why.contains("://") => format!("{what}: {why}"),
        _ => what.to_owned(),
    }
}

fn innermost<'a>(mut error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// A body with files, as RFC 7578 has it; Discord reads the JSON from the part `payload_json`.
fn multipart(body: &Value, files: &[Upload]) -> (String, Vec<u8>) {
    let body = body.to_string();
    let mut boundary = "countersign".to_owned();
    let holds = |bytes: &[u8], boundary: &str| bytes.windows(boundary.len()).any(|part| part == boundary.as_bytes());
    while holds(body.as_bytes(), &boundary) || files.iter().any(|file| holds(&file.bytes, &boundary)) {
        boundary.push('-');
    }
    let mut bytes = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"payload_json\"\r\ncontent-type: application/json\r\n\r\n{body}\r\n"
    )
    .into_bytes();
    for (at, file) in files.iter().enumerate() {
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"files[{at}]\"; filename=\"{}\"\r\n\
             content-type: text/plain; charset=utf-8\r\n\r\n",
            file.name
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&file.bytes);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_apart_by_their_first_id() {
        let cases = [
            (Method::POST, "/channels/12/messages", "POST /channels/12/messages"),
            (Method::PATCH, "/channels/12/messages/34", "PATCH /channels/12/messages/{}"),
            (Method::GET, "/channels/12/messages?limit=100&after=34", "GET /channels/12/messages"),
            (Method::GET, "/guilds/1/members/2", "GET /guilds/1/members/{}"),
        ];
        for (method, path, expected) in cases {
            assert_eq!(route(&method, path), expected);
        }
    }

    #[test]
    fn no_file_holds_the_boundary() {
        let file = Upload { name: "a.txt".to_owned(), bytes: b"--countersign--\r\n--countersign---".to_vec() };
        let (boundary, bytes) = multipart(&serde_json::json!({ "content": "x" }), std::slice::from_ref(&file));
        let text = String::from_utf8(bytes).expect("text");
        let parts = text.matches(&format!("--{boundary}\r\n")).count();
        assert_eq!((parts, text.matches(&format!("--{boundary}--\r\n")).count()), (2, 1), "{text}");
    }

    /// An address that is Discord's own can lead elsewhere; a file is never fetched from there.
    #[tokio::test]
    async fn where_an_address_leads_on_nobody_follows() {
        let _again = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = format!("http://{}", listener.local_addr().expect("an address"));
        let server = axum::Router::new()
            .route("/file", axum::routing::get(async || axum::response::Redirect::temporary("/elsewhere")))
            .route("/elsewhere", axum::routing::get(async || "a,b"));
        let server = tokio::spawn(async move { axum::serve(listener, server).await });
        let api = Api::new(&DiscordConfig {
            token: Secret::new("d1sc"),
            api_url: Some(place.clone()),
            gateway_url: None,
            requests_per_second: crate::app::config::DISCORD_REQUESTS,
        })
        .expect("an API");
        let file = Announced { bytes: None, kind: "" };
        assert_eq!(api.fetch(&format!("{place}/elsewhere"), &file).await, Ok(b"a,b".to_vec()));
        assert_eq!(api.fetch(&format!("{place}/file"), &file).await, Err(WhyNotKept::Gone));
        server.abort();
    }
}
