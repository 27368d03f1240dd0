//! The REST side: finds the route, records the call, lets planned faults strike, holds the body against shapes and limits, and
//! hands it to `routes` or `interactions`. Knows no route's meaning.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::FakeDiscord;
use super::faults::{Fault, bucket, rate_body, whole_seconds};
use super::gateway;
use super::schema::{self, Wrong, decoded};
use super::world::{Id, World};

/// Every route that is served, under its published name. Fixed parts stand before parameters.
const ROUTES: &[&str] = &[
    "GET /gateway",
    "GET /gateway/bot",
    "GET /users/@me",
    "GET /users/@me/guilds",
    "POST /users/@me/channels",
    "GET /users/{user_id}",
    "GET /oauth2/applications/@me",
    "GET /applications/@me",
    "GET /applications/{application_id}/commands",
    "PUT /applications/{application_id}/commands",
    "POST /applications/{application_id}/commands",
    "DELETE /applications/{application_id}/commands/{command_id}",
    "GET /applications/{application_id}/guilds/{guild_id}/commands",
    "PUT /applications/{application_id}/guilds/{guild_id}/commands",
    "POST /applications/{application_id}/guilds/{guild_id}/commands",
    "DELETE /applications/{application_id}/guilds/{guild_id}/commands/{command_id}",
    "POST /interactions/{interaction_id}/{interaction_token}/callback",
    "POST /webhooks/{webhook_id}/{webhook_token}",
    "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    "GET /channels/{channel_id}",
    "PATCH /channels/{channel_id}",
    "DELETE /channels/{channel_id}",
    "PUT /channels/{channel_id}/permissions/{overwrite_id}",
    "DELETE /channels/{channel_id}/permissions/{overwrite_id}",
    "POST /channels/{channel_id}/typing",
    "GET /channels/{channel_id}/messages",
    "POST /channels/{channel_id}/messages",
    "POST /channels/{channel_id}/messages/bulk-delete",
    "GET /channels/{channel_id}/messages/pins",
    "PUT /channels/{channel_id}/messages/pins/{message_id}",
    "DELETE /channels/{channel_id}/messages/pins/{message_id}",
    "GET /channels/{channel_id}/pins",
    "PUT /channels/{channel_id}/pins/{message_id}",
    "DELETE /channels/{channel_id}/pins/{message_id}",
    "GET /channels/{channel_id}/messages/{message_id}",
    "PATCH /channels/{channel_id}/messages/{message_id}",
    "DELETE /channels/{channel_id}/messages/{message_id}",
    "GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}",
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
    "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
    "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}",
    "POST /channels/{channel_id}/messages/{message_id}/threads",
    "POST /channels/{channel_id}/threads",
    "GET /channels/{channel_id}/threads/archived/public",
    "GET /channels/{channel_id}/threads/archived/private",
    "GET /channels/{channel_id}/thread-members",
    "PUT /channels/{channel_id}/thread-members/@me",
    "DELETE /channels/{channel_id}/thread-members/@me",
    "GET /channels/{channel_id}/thread-members/{user_id}",
    "PUT /channels/{channel_id}/thread-members/{user_id}",
    "DELETE /channels/{channel_id}/thread-members/{user_id}",
    "GET /guilds/{guild_id}",
    "GET /guilds/{guild_id}/channels",
    "POST /guilds/{guild_id}/channels",
    "GET /guilds/{guild_id}/threads/active",
    "GET /guilds/{guild_id}/members",
    "GET /guilds/{guild_id}/members/search",
    "GET /guilds/{guild_id}/members/{user_id}",
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "GET /guilds/{guild_id}/roles",
];

/// One request that came in, whatever became of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method and published path, as in `POST /channels/{channel_id}/messages`.
    pub route: String,
    pub params: HashMap<String, String>,
    pub query: HashMap<String, String>,
    pub body: Value,
    /// Names of the files that came along.
    pub files: Vec<String>,
    /// Why, as the audit log would show it.
    pub reason: Option<String>,
    pub at: Instant,
    /// The answer's status; none while it is served, or where the connection was broken.
    pub status: Option<u16>,
}

impl Call {
    pub fn channel(&self) -> Option<Id> {
        self.params.get("channel_id").and_then(|id| id.parse().ok())
    }
}

pub struct Upload {
    /// The number in `files[n]`.
    pub index: u64,
    pub name: String,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

/// A request with its route found and its body read.
pub struct Ask {
    pub method: String,
    /// The published path.
    pub path: &'static str,
    params: HashMap<String, String>,
    pub query: HashMap<String, String>,
    pub body: Value,
    pub uploads: Vec<Upload>,
}

impl Ask {
    pub fn id(&self, name: &str) -> Result<Id, Refused> {
        let text = self.param(name);
        text.parse().map_err(|_| {
            let message = format!("Value \"{text}\" is not snowflake.");
            Refused::invalid(vec![Wrong::new(&[name], "NUMBER_TYPE_COERCE", message)])
        })
    }

    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What is answered when all is well.
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
}

impl Answer {
    pub fn ok(body: Value) -> Result<Self, Refused> {
        Ok(Self { status: 200, body: Some(body) })
    }

    pub fn created(body: Value) -> Result<Self, Refused> {
        Ok(Self { status: 201, body: Some(body) })
    }

    pub fn nothing() -> Result<Self, Refused> {
        Ok(Self { status: 204, body: None })
    }
}

/// A refusal in Discord's own form.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub code: u64,
    pub message: &'static str,
    pub wrongs: Vec<Wrong>,
}

impl Refused {
    pub const fn new(status: u16, code: u64, message: &'static str) -> Self {
        Self { status, code, message, wrongs: Vec::new() }
    }

    pub const UNKNOWN_CHANNEL: Self = Self::new(404, 10003, "Unknown Channel");
    pub const UNKNOWN_GUILD: Self = Self::new(404, 10004, "Unknown Guild");
    pub const UNKNOWN_MEMBER: Self = Self::new(404, 10007, "Unknown Member");
    pub const UNKNOWN_MESSAGE: Self = Self::new(404, 10008, "Unknown Message");
    pub const UNKNOWN_ROLE: Self = Self::new(404, 10011, "Unknown Role");
    pub const UNKNOWN_USER: Self = Self::new(404, 10013, "Unknown User");
    pub const UNKNOWN_WEBHOOK: Self = Self::new(404, 10015, "Unknown Webhook");
    pub const UNKNOWN_INTERACTION: Self = Self::new(404, 10062, "Unknown interaction");
    pub const UNKNOWN_COMMAND: Self = Self::new(404, 10063, "Unknown application command");
    pub const ALREADY_ACKNOWLEDGED: Self = Self::new(400, 40060, "Interaction has already been acknowledged.");
    pub const MISSING_ACCESS: Self = Self::new(403, 50001, "Missing Access");
    pub const WRONG_CHANNEL_TYPE: Self = Self::new(400, 50024, "Cannot execute action on this channel type");
    pub const NOT_YOURS: Self = Self::new(403, 50005, "Cannot edit a message authored by another user");
    pub const EMPTY: Self = Self::new(400, 50006, "Cannot send an empty message");
    pub const CANNOT_SEND_TO_USER: Self = Self::new(403, 50007, "Cannot send messages to this user");
    pub const MISSING_PERMISSIONS: Self = Self::new(403, 50013, "Missing Permissions");
    pub const SYSTEM_MESSAGE: Self = Self::new(403, 50021, "Cannot execute action on a system message");
    pub const INVALID_WEBHOOK_TOKEN: Self = Self::new(401, 50027, "Invalid Webhook Token");
    pub const ARCHIVED: Self = Self::new(400, 50083, "Thread is archived");
    pub const HAS_THREAD: Self = Self::new(400, 160_004, "A thread has already been created for this message");
    pub const LOCKED: Self = Self::new(400, 160_005, "Thread is locked");

    /// The refusal of a body, with what is wrong where.
    pub fn invalid(wrongs: Vec<Wrong>) -> Self {
        Self { status: 400, code: 50035, message: "Invalid Form Body", wrongs }
    }

    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if !self.wrongs.is_empty() {
            let mut errors = Map::new();
            for wrong in &self.wrongs {
                let mut at = &mut errors;
                for part in &wrong.path {
                    let next = at.entry(part.clone()).or_insert_with(|| json!({}));
                    at = next.as_object_mut().expect("errors nest in objects");
                }
                let list = at.entry("_errors").or_insert_with(|| json!([]));
                let list = list.as_array_mut().expect("errors end in lists");
                list.push(json!({ "code": wrong.code, "message": wrong.message }));
            }
            body["errors"] = Value::Object(errors);
        }
        body
    }
}

/// Finds the route of a path, and its parameters.
fn find(method: &str, path: &str) -> Option<(&'static str, HashMap<String, String>)> {
    let parts: Vec<_> = path.trim_matches('/').split('/').map(decoded).collect();
    ROUTES.iter().find_map(|route| {
        let (wanted, route) = route.split_once(' ').expect("a route has a method");
        let names: Vec<_> = route.trim_matches('/').split('/').collect();
        if wanted != method || names.len() != parts.len() {
            return None;
        }
        let mut params = HashMap::new();
        for (name, part) in names.iter().zip(&parts) {
            match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => drop(params.insert(name.to_owned(), part.clone())),
                None if name == part => {}
                None => return None,
            }
        }
        Some((route, params))
    })
}

fn query_of(request: &Request) -> HashMap<String, String> {
    let query = request.uri().query().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        })
        .collect()
}

/// Everything that reaches the server: the gateway, files, and the API.
pub async fn handle(State(fake): State<FakeDiscord>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = query_of(&request);
    if path == "/" || path == "/resume" {
        let (mut parts, _) = request.into_parts();
        return match WebSocketUpgrade::from_request_parts(&mut parts, &fake).await {
            Ok(upgrade) => {
                let version = query.get("v").cloned();
                upgrade.on_upgrade(move |socket| gateway::serve(fake, socket, path == "/resume", version))
            }
            Err(no) => no.into_response(),
        };
    }
    if path.starts_with("/attachments/") {
        let file = fake.with(|world| {
            world.file(&decoded(&path), &query).map(|file| (file.content_type.clone(), file.bytes.clone()))
        });
        return match file {
            Some((kind, bytes)) => {
                let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
                ([(header::CONTENT_TYPE, kind)], bytes).into_response()
            }
            None => (StatusCode::NOT_FOUND, "This content is no longer available.").into_response(),
        };
    }
    let method = request.method().clone();
    let Some((route, params)) = path.strip_prefix("/api/v10").and_then(|path| find(method.as_str(), path)) else {
        fake.with(|world| world.violations.push(format!("{method} {path}: no such route here")));
        return reply(404, Some(&json!({ "message": "404: Not Found", "code": 0 })), &[]);
    };
    api(fake, request, method, route, params, query).await
}

async fn api(
    fake: FakeDiscord,
    request: Request,
    method: Method,
    path: &'static str,
    params: HashMap<String, String>,
    query: HashMap<String, String>,
) -> Response {
    let headers = request.headers().clone();
    let text = |name| headers.get::<header::HeaderName>(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let authorization = text(header::AUTHORIZATION);
    let agent = text(header::USER_AGENT).unwrap_or_default();
    let reason = text(header::HeaderName::from_static("x-audit-log-reason")).map(|reason| decoded(&reason));
    let (body, uploads) = match read(request).await {
        Ok(read) => read,
        Err(why) => {
            fake.with(|world| world.violations.push(format!("{method} {path}: {why}")));
            let refused = Refused::new(400, 50109, "The request body contains invalid JSON.");
            return reply(400, Some(&refused.body()), &[]);
        }
    };
    let ask = Ask { method: method.to_string(), path, params, query, body, uploads };
    let route = ask.route();
    let channel: Option<Id> = ask.param("channel_id").parse().ok();
    let now = Instant::now();
    let (call, fault) = fake.with(|world| {
        world.calls.push(Call {
            route: route.clone(),
            params: ask.params.clone(),
            query: ask.query.clone(),
            body: ask.body.clone(),
            files: ask.uploads.iter().map(|upload| upload.name.clone()).collect(),
            reason,
            at: now,
            status: None,
        });
        if !agent.starts_with("DiscordBot (") {
            world
                .violations
                .push(format!("{route}: the user agent is “{agent}”, and must be “DiscordBot (url, version)”"));
        }
        (world.calls.len() - 1, world.faults.take(&route, channel))
    });
    fake.changed();
    if let Some(Fault::Slow(wait)) = &fault {
        tokio::time::sleep(*wait).await;
    }
    let (response, broken) = fake.with(|world| {
        let (response, broken) = world.respond(&ask, authorization.as_deref(), fault.as_ref(), channel, now);
        let status = response.status().as_u16();
        let shared = response.headers().get("x-ratelimit-scope").is_some_and(|scope| scope == "shared");
        if matches!(status, 401 | 403 | 429) && !shared {
            world.invalid_responses.push(now);
        }
        world.calls[call].status = (!broken).then_some(status);
        (response, broken)
    });
    fake.changed();
    if let Some(Fault::EffectThenSilence(wait)) = &fault {
        tokio::time::sleep(*wait).await;
    }
    if broken {
        // Ends the connection's task without a word; a panic would say so in the test's output.
        std::panic::resume_unwind(Box::new("the connection breaks, as planned"));
    }
    response
}

/// The body as JSON, and what was uploaded with it.
async fn read(request: Request) -> Result<(Value, Vec<Upload>), String> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    if !kind.starts_with("multipart/form-data") {
        let json = kind.starts_with("application/json");
        let bytes = to_bytes(request.into_body(), 32 << 20).await.map_err(|error| error.to_string())?;
        return match (bytes.is_empty(), json) {
            (true, _) => Ok((Value::Null, Vec::new())),
            (false, true) => {
                serde_json::from_slice(&bytes).map(|body| (body, Vec::new())).map_err(|error| error.to_string())
            }
            (false, false) => Err("a body that is neither JSON nor multipart".to_owned()),
        };
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| error.to_string())?;
    let (mut body, mut uploads) = (json!({}), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|error| error.to_string())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| error.to_string())?;
        if name == "payload_json" {
            body = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
            continue;
        }
        let index =
            name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')).and_then(|index| index.parse().ok());
        let (Some(index), Some(name)) = (index, file) else { return Err(format!("an unexpected part: {name}")) };
        uploads.push(Upload { index, name, content_type, bytes: bytes.to_vec() });
    }
    Ok((body, uploads))
}

impl World {
    /// The response, and whether the connection breaks instead.
    fn respond(
        &mut self,
        ask: &Ask,
        authorization: Option<&str>,
        fault: Option<&Fault>,
        channel: Option<Id>,
        now: Instant,
    ) -> (Response, bool) {
        let route = ask.route();
        let rate = self.rates.count(&route, channel, now);
        if let Some((wait, global)) = rate.refused {
            let mut headers = rate.headers;
            if !global {
                headers.push(("retry-after", whole_seconds(wait)));
                headers.push(("x-ratelimit-scope", "user".to_owned()));
            }
            return (reply(429, Some(&rate_body(wait, global)), &headers), false);
        }
        match fault {
            Some(Fault::DropBefore) => return (reply(500, None, &[]), true),
            Some(Fault::Server { status: status @ 500 }) => {
                let body = json!({ "message": "500: Internal Server Error", "code": 0 });
                return (reply(*status, Some(&body), &[]), false);
            }
            Some(Fault::Server { status }) => return (page(*status, "upstream request failed", &[]), false),
            Some(Fault::CloudflareRateLimited { retry_after }) => {
                return (page(429, "error code: 1015", &[("retry-after", whole_seconds(*retry_after))]), false);
            }
            Some(Fault::RateLimited { retry_after }) => {
                self.rates.close_route(&route, channel, *retry_after);
                return (limited(*retry_after, "user"), false);
            }
            Some(Fault::SharedRateLimited { retry_after }) => {
                self.rates.close_route(&route, channel, *retry_after);
                return (limited(*retry_after, "shared"), false);
            }
            Some(Fault::GloballyRateLimited { retry_after }) => {
                self.rates.close(*retry_after);
                let headers = super::faults::global(*retry_after);
                return (reply(429, Some(&rate_body(*retry_after, true)), &headers), false);
            }
            Some(Fault::Refuse { status, code, message }) => {
                let mut body = json!({ "message": message, "code": code });
                let mut headers = Vec::new();
                if *status == 429 {
                    body["retry_after"] = json!(1.0);
                    body["global"] = json!(false);
                    headers.push(("retry-after", "1".to_owned()));
                }
                return (reply(*status, Some(&body), &headers), false);
            }
            Some(Fault::EffectThenDrop | Fault::EffectThenSilence(_) | Fault::Slow(_) | Fault::Malformed) | None => {}
        }
        let by_token_in_path = ask.path.starts_with("/interactions/") || ask.path.starts_with("/webhooks/");
        let entitled = authorization.is_some_and(|given| given == format!("Bot {}", self.token));
        let served =
            if entitled || by_token_in_path { self.serve(ask) } else { Err(Refused::new(401, 0, "401: Unauthorized")) };
        let (status, body) = match served {
            Ok(answer) => {
                let body =
                    answer.body.iter().flat_map(|body| schema::answer(&ask.method, ask.path, answer.status, body));
                let wrong =
                    |wrong: Wrong| format!("own answer to {route} /{}: {}", wrong.path.join("/"), wrong.message);
                self.broken.extend(body.map(wrong));
                (answer.status, answer.body)
            }
            Err(refused) => {
                let body = refused.body();
                if matches!(refused.code, 50006 | 50035) {
                    self.violations.push(format!("{route}: {body} for {}", ask.body));
                }
                (refused.status, Some(body))
            }
        };
        match fault {
            Some(Fault::EffectThenDrop | Fault::EffectThenSilence(_)) => (reply(status, None, &[]), true),
            Some(Fault::Malformed) => {
                let text = body.unwrap_or_else(|| json!({ "id": null })).to_string();
                let cut: String = text.chars().take(text.chars().count() / 2).collect();
                (with_headers(Response::new(Body::from(cut)), 200, "application/json", &[]), false)
            }
            _ => (reply(status, body.as_ref(), &rate.headers), false),
        }
    }

    fn serve(&mut self, ask: &Ask) -> Result<Answer, Refused> {
        match ask.path {
            path if path.starts_with("/interactions/") => self.callback(ask),
            path if path.starts_with("/webhooks/") => self.interaction_webhook(ask),
            path if path.starts_with("/applications/{") => self.command_routes(ask),
            _ => self.routes(ask),
        }
    }
}

fn limited(wait: Duration, scope: &str) -> Response {
    let mut headers = bucket(5, 0, wait);
    headers.push(("retry-after", whole_seconds(wait)));
    headers.push(("x-ratelimit-scope", scope.to_owned()));
    reply(429, Some(&rate_body(wait, false)), &headers)
}

fn reply(status: u16, body: Option<&Value>, headers: &[(&'static str, String)]) -> Response {
    match body {
        Some(body) => with_headers(Response::new(Body::from(body.to_string())), status, "application/json", headers),
        None => {
            let mut response = with_headers(Response::new(Body::empty()), status, "text/plain", headers);
            response.headers_mut().remove(header::CONTENT_TYPE);
            response
        }
    }
}

fn page(status: u16, text: &str, headers: &[(&'static str, String)]) -> Response {
    let html = format!("<html><head><title>{status}</title></head><body>{text}</body></html>");
    with_headers(Response::new(Body::from(html)), status, "text/html; charset=UTF-8", headers)
}

fn with_headers(
    mut response: Response,
    status: u16,
    kind: &'static str,
    headers: &[(&'static str, String)],
) -> Response {
    *response.status_mut() = StatusCode::from_u16(status).expect("a fault names a real status");
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in headers {
        response.headers_mut().insert(*name, HeaderValue::from_str(value).expect("figures fit a header"));
    }
    response
}
