//! The Web API: what a method is asked with, whether that is allowed, what it does to the workspace, and what it answers.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State as Shared};
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::faults::Harm;
use super::limits::{self, Finding, list};
use super::look::{Call, Shown, Source};
use super::wire::Line;
use super::world::{APP, BOT_ID, BOT_USER, Message, Sort, TEAM};
use super::{APP_TOKEN, BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, FakeSlack, State, TokenState, schema, socket, word};

/// A method: the scopes of which one is needed, and whether it takes JSON. Methods that only read want a form or a query; Slack
/// overlooks what they are sent as JSON.
const METHODS: &[(&str, &str, bool)] = &[
    ("apps.connections.open", "", true),
    ("auth.test", "", true),
    ("bookmarks.add", "bookmarks:write", true),
    ("bookmarks.list", "bookmarks:read", false),
    ("bookmarks.remove", "bookmarks:write", true),
    ("chat.delete", "chat:write", true),
    ("chat.getPermalink", "", false),
    ("chat.postEphemeral", "chat:write", true),
    ("chat.postMessage", "chat:write", true),
    ("chat.update", "chat:write", true),
    ("conversations.archive", "channels:manage groups:write", true),
    ("conversations.create", "channels:manage groups:write", true),
    ("conversations.history", "channels:history groups:history im:history mpim:history", true),
    ("conversations.info", "channels:read groups:read im:read mpim:read", false),
    ("conversations.invite", "channels:manage groups:write", true),
    ("conversations.join", "channels:join", true),
    ("conversations.kick", "channels:manage groups:write", true),
    ("conversations.leave", "channels:manage groups:write", true),
    ("conversations.list", "channels:read groups:read im:read mpim:read", false),
    ("conversations.members", "channels:read groups:read im:read mpim:read", false),
    ("conversations.open", "im:write mpim:write", true),
    ("conversations.rename", "channels:manage groups:write", true),
    ("conversations.replies", "channels:history groups:history im:history mpim:history", false),
    ("conversations.setPurpose", "channels:manage groups:write", true),
    ("conversations.setTopic", "channels:manage groups:write", true),
    ("conversations.unarchive", "channels:manage groups:write", true),
    ("files.completeUploadExternal", "files:write", true),
    ("files.getUploadURLExternal", "files:write", false),
    ("files.info", "files:read", false),
    ("oauth.v2.access", "", false),
    ("pins.add", "pins:write", true),
    ("pins.list", "pins:read", false),
    ("pins.remove", "pins:write", true),
    ("reactions.add", "reactions:write", true),
    ("team.info", "team:read", false),
    ("usergroups.list", "usergroups:read", false),
    ("usergroups.users.list", "usergroups:read", false),
    ("usergroups.users.update", "usergroups:write", true),
    ("users.conversations", "channels:read groups:read im:read mpim:read", false),
    ("users.info", "users:read", false),
    ("users.list", "users:read", false),
    ("views.open", "", true),
    ("views.publish", "", true),
    ("views.push", "", true),
    ("views.update", "", true),
];

/// Documented, and typed, as ids with commas between them; Slack takes a JSON list too (slackapi/python-slack-sdk#1053), and
/// clients in the field send one.
const LISTS_OF_USERS: &[&str] = &["conversations.invite", "conversations.open"];

/// What Slack says instead of doing it.
#[derive(Debug)]
pub struct Refused {
    pub error: String,
    pub more: Map<String, Value>,
    /// 429, in seconds.
    pub retry_after: Option<u64>,
}

pub fn refuse<T>(error: &str) -> Result<T, Refused> {
    Err(Refused { error: error.to_owned(), more: Map::new(), retry_after: None })
}

pub async fn serve(
    Shared(fake): Shared<FakeSlack>,
    Path(method): Path<String>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (args, bearer) = match read(&fake, &method, request).await {
        Ok(read) => read,
        Err(error) => return json_answer(StatusCode::OK, &json!({ "ok": false, "error": error })),
    };
    let channel = ["channel", "channel_id"].iter().find_map(|name| word(&args, name)).map(str::to_owned);
    let (number, harm) = {
        let mut state = fake.state();
        let call = Call { method: method.clone(), args: Value::Object(args.clone()), at: Instant::now(), answer: None };
        state.calls.push(call);
        (state.calls.len() - 1, state.faults.next(&method, channel.as_deref()))
    };
    match &harm {
        Some(Harm::RateLimited { retry_after }) => return too_many(&fake, number, *retry_after),
        Some(Harm::ServerError { status }) => return server_error(*status),
        Some(Harm::Error(error)) => {
            let answer = json!({ "ok": false, "error": error });
            fake.state().calls[number].answer = Some(answer.clone());
            return json_answer(StatusCode::OK, &answer);
        }
        Some(Harm::DropBeforeEffect) => return hang_up(&line).await,
        Some(Harm::ArchiveFirst) => fake.state().archive(channel.as_deref().unwrap_or_default(), "U0ADMIN"),
        Some(Harm::RemoveBotFirst) => fake.state().leave(channel.as_deref().unwrap_or_default(), BOT_USER),
        Some(Harm::RevokeFirst) => fake.state().token = TokenState::Revoked,
        _ => {}
    }
    let (answer, retry_after, scopes) = {
        let mut state = fake.state();
        let done = state.allowed(&method, bearer.as_deref()).and_then(|()| state.run(&method, &args));
        let scopes = state.scopes.iter().cloned().collect::<Vec<_>>().join(",");
        let (answer, retry_after) = match done {
            Ok(mut answer) => {
                if let (Some(Harm::Behind), Some(messages)) = (&harm, answer["messages"].as_array_mut())
                    && !messages.is_empty()
                {
                    messages.remove(0);
                }
                (answer, None)
            }
            Err(refused) => {
                let mut answer = refused.more;
                answer.insert("ok".into(), json!(false));
                answer.insert("error".into(), json!(refused.error));
                (Value::Object(answer), refused.retry_after)
            }
        };
        state.calls[number].answer = Some(answer.clone());
        (answer, retry_after, scopes)
    };
    if let Some(retry_after) = retry_after {
        return too_many(&fake, number, retry_after);
    }
    match harm {
        Some(Harm::SilenceAfterEffect) => std::future::pending().await,
        Some(Harm::DropAfterEffect) => hang_up(&line).await,
        Some(Harm::ServerErrorAfterEffect { status }) => server_error(status),
        Some(Harm::Truncated) => {
            let whole = answer.to_string();
            ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], whole[..whole.len() / 2].to_owned())
                .into_response()
        }
        Some(Harm::Html) => Html("<html><body><h1>We'll be right back</h1></body></html>").into_response(),
        other => {
            if let Some(Harm::Slow(by)) = other {
                tokio::time::sleep(by).await;
            }
            let mut response = json_answer(StatusCode::OK, &answer);
            if let Ok(scopes) = scopes.parse() {
                response.headers_mut().insert("x-oauth-scopes", scopes);
            }
            response
        }
    }
}

async fn hang_up(line: &Line) -> Response {
    line.cut();
    // The connection is torn down, and this with it.
    std::future::pending().await
}

fn server_error(status: u16) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, "upstream connect error or disconnect/reset before headers").into_response()
}

fn too_many(fake: &FakeSlack, call: usize, retry_after: u64) -> Response {
    let answer = json!({ "ok": false, "error": "ratelimited" });
    fake.state().calls[call].answer = Some(answer.clone());
    let mut response = json_answer(StatusCode::TOO_MANY_REQUESTS, &answer);
    response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
    response
}

fn json_answer(status: StatusCode, answer: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string()).into_response()
}

/// The arguments, typed as far as their names say how, and the token.
async fn read(
    fake: &FakeSlack,
    method: &str,
    request: Request,
) -> Result<(Map<String, Value>, Option<String>), &'static str> {
    let (parts, body) = request.into_parts();
    let header =
        |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned();
    let mut token = header(header::AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
    let bytes = axum::body::to_bytes(body, 16 << 20).await.map_err(|_| "request_timeout")?;
    let mut args = fields(parts.uri.query().unwrap_or_default());
    if parts.method == Method::POST && !bytes.is_empty() {
        match kind.as_str() {
            "application/json" => {
                let takes = METHODS.iter().any(|(name, _, json)| *name == method && *json);
                let body: Value = serde_json::from_slice(&bytes).map_err(|_| "invalid_json")?;
                let Value::Object(body) = body else { return Err("json_not_object") };
                if takes {
                    args.extend(body);
                    if LISTS_OF_USERS.contains(&method)
                        && let Some(Value::Array(users)) = args.get("users")
                    {
                        let users: Vec<&str> = users.iter().filter_map(Value::as_str).collect();
                        args.insert("users".into(), json!(users.join(",")));
                    }
                } else if !body.is_empty() {
                    fake.state()
                        .violation(format!("{method} takes no JSON, Slack overlooks it: {}", Value::Object(body)));
                }
            }
            "application/x-www-form-urlencoded" => {
                args.extend(fields(std::str::from_utf8(&bytes).map_err(|_| "invalid_form_data")?));
            }
            _ => return Err("invalid_post_type"),
        }
    }
    if let Some(Value::String(given)) = args.remove("token") {
        token = token.or(Some(given));
    }
    Ok((args, token))
}

/// A form or a query. Everything is text there; Slack reads JSON, numbers and flags out of it.
pub fn fields(text: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (unescaped(name), unescaped(value));
        let typed = match name.as_str() {
            "blocks" | "view" | "metadata" | "attachments" | "files" => serde_json::from_str(&value).ok(),
            "limit" | "length" | "count" => value.parse::<u64>().ok().map(Value::from),
            _ => match value.as_str() {
                "true" => Some(json!(true)),
                "false" => Some(json!(false)),
                _ => None,
            },
        };
        fields.insert(name, typed.unwrap_or(Value::String(value)));
    }
    fields
}

pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let code = std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(code.unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl State {
    fn allowed(&mut self, method: &str, token: Option<&str>) -> Result<(), Refused> {
        let Some((_, scopes, _)) = METHODS.iter().find(|(name, ..)| *name == method) else {
            self.violation(format!("there is no method {method}"));
            return refuse("unknown_method");
        };
        // It is the app that asks, by its secret.
        if method == "oauth.v2.access" {
            return Ok(());
        }
        let Some(token) = token else { return refuse("not_authed") };
        let is_bot = match &self.rotating {
            None => token == BOT_TOKEN,
            Some(rotating) if token.starts_with("xoxe.xoxb-") => match rotating.valid.iter().any(|it| it == token) {
                true => true,
                false => return refuse("token_expired"),
            },
            Some(_) => false,
        };
        if !is_bot && token != APP_TOKEN {
            return refuse("invalid_auth");
        }
        let wants_app = method == "apps.connections.open";
        if wants_app != (token == APP_TOKEN) && method != "auth.test" {
            self.violation(format!("{method} with the other kind of token"));
            return refuse("not_allowed_token_type");
        }
        if is_bot {
            match self.token {
                TokenState::Good => {}
                TokenState::Revoked => return refuse("token_revoked"),
                TokenState::Inactive => return refuse("account_inactive"),
            }
        }
        if !scopes.is_empty() && !scopes.split(' ').any(|scope| self.scopes.contains(scope)) {
            let provided = self.scopes.iter().cloned().collect::<Vec<_>>().join(",");
            let more = json!({ "needed": scopes.replace(' ', ","), "provided": provided });
            let more = more.as_object().expect("an object").clone();
            return Err(Refused { error: "missing_scope".into(), more, retry_after: None });
        }
        Ok(())
    }

    /// Breaches are remembered; the first that Slack has a word for is the answer.
    pub fn judge(&mut self, what: &str, findings: Vec<Finding>) -> Result<(), Refused> {
        let first = findings.iter().find_map(|finding| finding.error);
        let messages: Vec<String> = findings.iter().map(|finding| format!("[ERROR] {}", finding.what)).collect();
        for finding in findings {
            let error = finding.error.unwrap_or("taken, but wrong");
            self.violation(format!("{what}: {error}: {}", finding.what));
        }
        let Some(error) = first else { return Ok(()) };
        let more = json!({ "response_metadata": { "messages": messages }, "errors": messages });
        let more = more.as_object().expect("an object").clone();
        Err(Refused { error: error.to_owned(), more, retry_after: None })
    }

    fn run(&mut self, method: &str, args: &Map<String, Value>) -> Result<Value, Refused> {
        let wrong = schema::arguments(method, args);
        let mut findings: Vec<Finding> =
            wrong.into_iter().map(|what| Finding { error: Some("invalid_arguments"), what }).collect();
        if method.starts_with("chat.") || method == "files.completeUploadExternal" {
            findings.extend(limits::message(args));
        }
        // The precise word before the general one.
        findings.sort_by_key(|finding| finding.error == Some("invalid_arguments"));
        self.judge(method, findings)?;
        let channel = word(args, "channel").unwrap_or_default();
        match method {
            "auth.test" => Ok(json!({
                "ok": true, "url": "https://fake.slack.com/", "team": "Fake", "user": "countersign", "team_id": TEAM,
                "user_id": BOT_USER, "bot_id": BOT_ID, "app_id": APP, "is_enterprise_install": false
            })),
            "apps.connections.open" => Ok(socket::opened(self)),
            "chat.postMessage" => self.post_message(args),
            "chat.update" => self.update_message(args),
            "chat.delete" => self.delete_message(args),
            "chat.postEphemeral" => self.post_ephemeral(args),
            "chat.getPermalink" => {
                let ts = word(args, "message_ts").unwrap_or_default();
                self.visible(channel)?;
                let Some(message) = self.world.message(channel, ts) else { return refuse("message_not_found") };
                let plain = format!("https://fake.slack.com/archives/{channel}/p{}", ts.replace('.', ""));
                let thread = message.thread_ts.as_ref().filter(|thread| *thread != ts);
                let link = thread.map_or(plain.clone(), |thread| format!("{plain}?thread_ts={thread}&cid={channel}"));
                Ok(json!({ "ok": true, "channel": channel, "permalink": link }))
            }
            "views.open" => self.views_open(args, false),
            "views.push" => self.views_open(args, true),
            "views.update" => self.views_update(args),
            "views.publish" => self.views_publish(args),
            "conversations.create" => self.create(args),
            "conversations.open" => self.open(args),
            "conversations.rename" => {
                let name = word(args, "name").unwrap_or_default();
                self.inside(channel)?;
                if self.world.channels[channel].creator != BOT_USER {
                    return refuse("not_authorized");
                }
                self.good_name(name)?;
                self.channel_mut(channel).name = name.to_owned();
                let told = json!({ "id": channel, "name": name, "name_normalized": name, "created": self.world.now_s(), "is_channel": true, "is_mpim": false });
                self.event_now(json!({ "type": "channel_rename", "channel": told }));
                self.channel_answer(channel)
            }
            "conversations.setTopic" | "conversations.setPurpose" => {
                let part = if method.ends_with("Topic") { "topic" } else { "purpose" };
                let value = word(args, part).unwrap_or_default();
                self.inside(channel)?;
                if value.chars().count() > 250 {
                    self.violation(format!("{method}: the {part} is over 250 characters"));
                    return refuse("too_long");
                }
                self.channel_says(
                    channel,
                    BOT_USER,
                    &format!("channel_{part}"),
                    &format!("set the channel {part}: {value}"),
                    &[(part, json!(value))],
                );
                let there = self.channel_mut(channel);
                *(if part == "topic" { &mut there.topic } else { &mut there.purpose }) = value.to_owned();
                self.channel_answer(channel)
            }
            "conversations.invite" => self.invite(args),
            "conversations.kick" => {
                let user = word(args, "user").unwrap_or_default();
                self.inside(channel)?;
                if user == BOT_USER {
                    return refuse("cant_kick_self");
                }
                if !self.world.channels[channel].has(user) {
                    return refuse("not_in_channel");
                }
                self.leave(channel, user);
                Ok(json!({ "ok": true }))
            }
            "conversations.join" => {
                let there = self.visible(channel)?;
                if there.sort != Sort::Public {
                    return refuse("method_not_supported_for_channel_type");
                }
                if there.archived {
                    return refuse("is_archived");
                }
                self.join(channel, BOT_USER, None);
                self.channel_answer(channel)
            }
            "conversations.leave" => {
                if !self.visible(channel)?.has(BOT_USER) {
                    return Ok(json!({ "ok": false, "not_in_channel": true, "error": "not_in_channel" }));
                }
                self.leave(channel, BOT_USER);
                Ok(json!({ "ok": true }))
            }
            "conversations.archive" => {
                if self.visible(channel)?.archived {
                    return refuse("already_archived");
                }
                self.inside(channel)?;
                self.archive(channel, BOT_USER);
                Ok(json!({ "ok": true }))
            }
            "conversations.unarchive" => {
                let there = self.visible(channel)?;
                if !there.archived {
                    return refuse("not_archived");
                }
                if !there.has(BOT_USER) {
                    return refuse("not_in_channel");
                }
                self.channel_mut(channel).archived = false;
                self.event_now(json!({ "type": "channel_unarchive", "channel": channel, "user": BOT_USER }));
                Ok(json!({ "ok": true }))
            }
            "conversations.info" => {
                let told = self.visible(channel)?.json();
                Ok(json!({ "ok": true, "channel": told }))
            }
            "conversations.list" => {
                let all: Vec<Value> = self
                    .listed(args)
                    .filter(|channel| channel.sort == Sort::Public || channel.has(BOT_USER))
                    .map(super::world::Channel::json)
                    .collect();
                self.paged(args, "channels", all)
            }
            "users.conversations" => {
                let user = word(args, "user").unwrap_or(BOT_USER).to_owned();
                if !self.world.users.contains_key(&user) {
                    return refuse("user_not_found");
                }
                let seen = |channel: &&super::world::Channel| {
                    channel.has(&user) && (channel.sort == Sort::Public || channel.has(BOT_USER))
                };
                let all: Vec<Value> = self.listed(args).filter(seen).map(super::world::Channel::json).collect();
                self.paged(args, "channels", all)
            }
            "conversations.members" => {
                let there = self.visible(channel)?;
                let all = there.members.iter().map(|member| json!(member)).collect();
                self.paged(args, "members", all)
            }
            "conversations.history" => self.history(args),
            "conversations.replies" => self.thread(args),
            "users.info" => match self.world.users.get(word(args, "user").unwrap_or_default()) {
                Some(user) => Ok(json!({ "ok": true, "user": user.json() })),
                None => refuse("user_not_found"),
            },
            "users.list" => {
                let all = self.world.users.values().map(super::world::User::json).collect();
                self.paged(args, "members", all)
            }
            "usergroups.list" => {
                let disabled = args.get("include_disabled") == Some(&json!(true));
                let users = args.get("include_users") == Some(&json!(true));
                let groups = self.world.groups.values().filter(|group| disabled || !group.disabled);
                let groups: Vec<Value> = groups.map(|group| group.json(users)).collect();
                Ok(json!({ "ok": true, "usergroups": groups }))
            }
            "usergroups.users.list" => {
                let Some(group) = self.world.groups.get(word(args, "usergroup").unwrap_or_default()) else {
                    return refuse("no_such_subteam");
                };
                if group.disabled && args.get("include_disabled") != Some(&json!(true)) {
                    return refuse("no_such_subteam");
                }
                Ok(json!({ "ok": true, "users": group.members }))
            }
            "usergroups.users.update" => {
                let id = word(args, "usergroup").unwrap_or_default().to_owned();
                let users = word(args, "users").unwrap_or_default();
                let users: Vec<String> = users.split(',').filter(|user| !user.is_empty()).map(str::to_owned).collect();
                if self.world.groups.get(&id).is_none_or(|group| group.disabled) {
                    return refuse("no_such_subteam");
                }
                if users.is_empty() {
                    self.violation("usergroups.users.update: a user group is never empty".to_owned());
                    return refuse("no_users_provided");
                }
                if users.iter().any(|user| !self.world.users.contains_key(user)) {
                    return refuse("invalid_users");
                }
                self.set_group(&id, users);
                let group = self.world.groups[&id].json(true);
                Ok(json!({ "ok": true, "usergroup": group }))
            }
            "oauth.v2.access" => self.renew(args),
            "reactions.add" => {
                let name = word(args, "name").unwrap_or_default();
                let ts = word(args, "timestamp").unwrap_or_default();
                self.inside(channel)?;
                if name.is_empty() || name.contains(':') {
                    return refuse("invalid_name");
                }
                if self.world.message(channel, ts).is_none() {
                    return refuse("message_not_found");
                }
                if self.reaction(channel, ts, BOT_USER, name, true) {
                    Ok(json!({ "ok": true }))
                } else {
                    refuse("already_reacted")
                }
            }
            "pins.add" | "pins.remove" => {
                let ts = word(args, "timestamp").unwrap_or_default().to_owned();
                self.inside(channel)?;
                if self.world.message(channel, &ts).is_none() {
                    return refuse("message_not_found");
                }
                let pins = &mut self.channel_mut(channel).pins;
                let pinned = pins.iter().position(|(pinned, _)| *pinned == ts);
                match (method, pinned) {
                    ("pins.add", Some(_)) => return refuse("already_pinned"),
                    ("pins.add", None) if pins.len() >= 100 => return refuse("too_many_pins"),
                    ("pins.add", None) => pins.push((ts, BOT_USER.to_owned())),
                    (_, Some(at)) => {
                        pins.remove(at);
                    }
                    (_, None) => return refuse("no_pin"),
                }
                Ok(json!({ "ok": true }))
            }
            "bookmarks.add" => {
                let text = |key: &str| word(args, key).unwrap_or_default().to_owned();
                if text("type") != "link" || text("title").is_empty() || !text("link").starts_with("http") {
                    return refuse("invalid_arguments");
                }
                let channel = &text("channel_id");
                self.inside(channel)?;
                let bookmark = (text("title"), text("link"));
                let bookmarks = &mut self.channel_mut(channel).bookmarks;
                if bookmarks.len() >= 100 {
                    return refuse("too_many_bookmarks");
                }
                bookmarks.push(bookmark);
                Ok(
                    json!({ "ok": true, "bookmark": { "channel_id": channel, "title": text("title"), "link": text("link"), "type": "link" } }),
                )
            }
            "bookmarks.list" => {
                let there = self.visible(word(args, "channel_id").unwrap_or_default())?;
                let bookmarks = there.bookmarks.iter();
                let bookmark = |(title, link): &(String, String)| json!({ "id": bookmark_id(link), "title": title, "link": link, "type": "link" });
                let bookmarks: Vec<Value> = bookmarks.map(bookmark).collect();
                Ok(json!({ "ok": true, "bookmarks": bookmarks }))
            }
            "bookmarks.remove" => {
                let channel = word(args, "channel_id").unwrap_or_default();
                self.inside(channel)?;
                let id = word(args, "bookmark_id").unwrap_or_default();
                let bookmarks = &mut self.channel_mut(channel).bookmarks;
                match bookmarks.iter().position(|(_, link)| bookmark_id(link) == id) {
                    Some(at) => drop(bookmarks.remove(at)),
                    None => return refuse("not_found"),
                }
                Ok(json!({ "ok": true }))
            }
            "pins.list" => {
                let there = self.visible(channel)?;
                let items: Vec<Value> = there
                    .pins
                    .iter()
                    .filter_map(|(ts, by)| {
                        let message = self.world.message_in_history(there.message(ts)?, &self.base, false);
                        Some(json!({ "type": "message", "channel": channel, "created": there.created, "created_by": by, "message": message }))
                    })
                    .collect();
                Ok(json!({ "ok": true, "items": items }))
            }
            "files.getUploadURLExternal" => self.upload_url(args),
            "files.completeUploadExternal" => self.complete_upload(args),
            "files.info" => {
                let id = word(args, "file").unwrap_or_default();
                let seen = self.world.files.get(id).is_some_and(|file| {
                    let there =
                        |channel: &String| self.world.channel(channel).is_some_and(|channel| channel.has(BOT_USER));
                    file.user == BOT_USER || file.channels.iter().any(there)
                });
                if !seen {
                    return refuse("file_not_found");
                }
                Ok(json!({ "ok": true, "file": self.world.file_json(id, &self.base) }))
            }
            "team.info" => Ok(json!({
                "ok": true, "team": { "id": TEAM, "name": "Fake", "domain": "fake", "email_domain": "", "icon": {} }
            })),
            other => unreachable!("{other} stands in the table of methods"),
        }
    }

    // ——— who may ———

    fn renew(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let given = |name: &str| word(args, name).unwrap_or_default().to_owned();
        if given("client_id") != CLIENT_ID {
            return refuse("invalid_client_id");
        }
        if given("client_secret") != CLIENT_SECRET {
            return refuse("bad_client_secret");
        }
        let refresh = given("refresh_token");
        let Some(rotating) = self.rotating.as_mut().filter(|it| it.refresh == refresh) else {
            return refuse("invalid_refresh_token");
        };
        rotating.issued += 1;
        let number = rotating.issued;
        rotating.refresh = format!("xoxe-{number}");
        rotating.valid.push(format!("xoxe.xoxb-{number}"));
        let old = rotating.valid.len().saturating_sub(2);
        rotating.valid.drain(..old);
        Ok(json!({
            "ok": true, "access_token": format!("xoxe.xoxb-{number}"), "token_type": "bot", "bot_user_id": BOT_USER,
            "refresh_token": rotating.refresh, "expires_in": rotating.expires_in, "app_id": APP,
        }))
    }

    fn channel_mut(&mut self, channel: &str) -> &mut super::world::Channel {
        self.world.channels.get_mut(channel).expect("looked up before")
    }

    /// Public channels, and others where the bot is.
    fn visible(&self, channel: &str) -> Result<&super::world::Channel, Refused> {
        match self.world.channel(channel) {
            Some(there) if there.sort == Sort::Public || there.has(BOT_USER) => Ok(there),
            _ => refuse("channel_not_found"),
        }
    }

    /// Where the bot is, and it isn't archived.
    fn inside(&self, channel: &str) -> Result<&super::world::Channel, Refused> {
        let there = self.visible(channel)?;
        if there.archived {
            return refuse("is_archived");
        }
        if there.has(BOT_USER) { Ok(there) } else { refuse("not_in_channel") }
    }

    /// Where the bot may write.
    pub fn may_post(&self, channel: &str) -> Result<(), Refused> {
        let there = self.visible(channel)?;
        let public = there.sort == Sort::Public && self.scopes.contains("chat:write.public");
        if there.archived {
            return refuse("is_archived");
        }
        if there.has(BOT_USER) || public { Ok(()) } else { refuse("not_in_channel") }
    }

    pub fn thread_root(&self, channel: &str, ts: &str) -> Result<(), Refused> {
        match self.world.message(channel, ts) {
            None => refuse("thread_not_found"),
            // A reply is no thread: Slack wants its parent.
            Some(message) if message.thread_ts.as_deref().is_some_and(|root| root != ts) => refuse("thread_not_found"),
            Some(_) => Ok(()),
        }
    }

    fn channel_answer(&self, channel: &str) -> Result<Value, Refused> {
        Ok(json!({ "ok": true, "channel": self.world.channels[channel].json() }))
    }

    // ——— messages ———

    fn post_message(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let mut channel = word(args, "channel").unwrap_or_default().to_owned();
        if channel.starts_with(['U', 'W']) {
            match self.world.users.get(&channel) {
                None => return refuse("channel_not_found"),
                Some(user) if user.is_bot => return refuse("cannot_dm_bot"),
                Some(user) if user.deleted => return refuse("channel_not_found"),
                Some(_) => channel = self.world.im(&channel),
            }
        }
        self.may_post(&channel)?;
        let text = word(args, "text").unwrap_or_default();
        let empty = args.get("blocks").is_none_or(|blocks| list(blocks).is_empty());
        if text.is_empty() && empty && args.get("attachments").is_none() {
            return refuse("no_text");
        }
        let thread = word(args, "thread_ts").map(str::to_owned);
        if let Some(thread) = &thread {
            self.thread_root(&channel, thread)?;
        }
        if self.settings.strict_rates
            && let Some(retry_after) = self.over_the_rate(&channel)
        {
            return Err(Refused { error: "ratelimited".into(), more: Map::new(), retry_after: Some(retry_after) });
        }
        let blocks = self.named(args.get("blocks").unwrap_or(&Value::Null));
        let message = Message {
            channel: channel.clone(),
            user: BOT_USER.to_owned(),
            by_bot: true,
            text: text.to_owned(),
            blocks,
            thread_ts: thread,
            broadcast: args.get("reply_broadcast") == Some(&json!(true)),
            metadata: args.get("metadata").cloned(),
            ..Message::default()
        };
        let ts = self.said(message);
        let message = self.world.message(&channel, &ts).expect("just said");
        let told = self.world.message_in_history(message, &self.base, true);
        Ok(json!({ "ok": true, "channel": channel, "ts": ts, "message": told }))
    }

    /// Seconds to wait, if the channel's bucket is empty.
    fn over_the_rate(&mut self, channel: &str) -> Option<u64> {
        let (burst, per_second) = (self.settings.burst, self.settings.per_second);
        let bucket = self.buckets.entry(channel.to_owned()).or_insert((burst, Instant::now()));
        bucket.0 = (bucket.0 + bucket.1.elapsed().as_secs_f64() * per_second).min(burst);
        bucket.1 = Instant::now();
        if bucket.0 < 1.0 {
            return Some(1);
        }
        bucket.0 -= 1.0;
        None
    }

    fn update_message(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default().to_owned();
        let ts = word(args, "ts").unwrap_or_default().to_owned();
        if self.visible(&channel)?.archived {
            return refuse("is_archived");
        }
        let Some(old) = self.world.message(&channel, &ts).cloned() else { return refuse("message_not_found") };
        if !old.by_bot || old.subtype.is_some() {
            return refuse("cant_update_message");
        }
        let mut new = old.clone();
        if let Some(blocks) = args.get("blocks") {
            new.blocks = self.named(blocks);
            new.text = word(args, "text").unwrap_or_default().to_owned();
        } else if let Some(text) = word(args, "text") {
            // Text alone takes the blocks away.
            new.blocks.clear();
            new.text = text.to_owned();
        }
        if let Some(metadata) = args.get("metadata") {
            new.metadata = Some(metadata.clone());
        }
        let told =
            json!({ "text": new.text, "blocks": new.blocks, "user": BOT_USER, "bot_id": BOT_ID, "type": "message" });
        self.changed(&old, new, BOT_USER);
        Ok(json!({ "ok": true, "channel": channel, "ts": ts, "text": told["text"], "message": told }))
    }

    fn delete_message(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default().to_owned();
        let ts = word(args, "ts").unwrap_or_default().to_owned();
        self.visible(&channel)?;
        match self.world.message(&channel, &ts) {
            None => refuse("message_not_found"),
            Some(message) if !message.by_bot => refuse("cant_delete_message"),
            Some(_) => {
                self.removed(&channel, &ts);
                Ok(json!({ "ok": true, "channel": channel, "ts": ts }))
            }
        }
    }

    fn post_ephemeral(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default().to_owned();
        let user = word(args, "user").unwrap_or_default().to_owned();
        self.may_post(&channel)?;
        if !self.world.channels[&channel].has(&user) {
            return refuse("user_not_in_channel");
        }
        if word(args, "text").is_none_or(str::is_empty)
            && args.get("blocks").is_none_or(|blocks| list(blocks).is_empty())
        {
            return refuse("no_text");
        }
        let thread = word(args, "thread_ts").map(str::to_owned);
        let ts = self.show(&user, &channel, args, thread, Source::Ephemeral);
        Ok(json!({ "ok": true, "message_ts": ts }))
    }

    /// Shows something to one person alone.
    pub fn show(
        &mut self,
        user: &str,
        channel: &str,
        args: &Map<String, Value>,
        thread_ts: Option<String>,
        source: Source,
    ) -> String {
        let blocks = self.named(args.get("blocks").unwrap_or(&Value::Null));
        let ts = self.world.next_ts();
        self.shown.push(Shown {
            user: user.to_owned(),
            channel: channel.to_owned(),
            ts: ts.clone(),
            thread_ts,
            text: word(args, "text").unwrap_or_default().to_owned(),
            blocks,
            source,
            replaced: 0,
        });
        ts
    }

    // ——— channels ———

    fn good_name(&self, name: &str) -> Result<(), Refused> {
        if name.is_empty() {
            return refuse("invalid_name_required");
        }
        if name.chars().count() > 80 {
            return refuse("invalid_name_maxlength");
        }
        if !name.chars().any(char::is_alphanumeric) {
            return refuse("invalid_name_punctuation");
        }
        if name.chars().any(|c| c.is_uppercase() || !(c.is_alphanumeric() || c == '-' || c == '_')) {
            return refuse("invalid_name_specials");
        }
        if self.world.channels.values().any(|channel| channel.name == name) { refuse("name_taken") } else { Ok(()) }
    }

    fn create(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let name = word(args, "name").unwrap_or_default();
        let private = args.get("is_private") == Some(&json!(true));
        self.good_name(name)?;
        let id = self.world.next_id("C");
        let sort = if private { Sort::Private } else { Sort::Public };
        self.world.new_channel(&id, name, sort, BOT_USER).members.insert(BOT_USER.to_owned());
        self.channel_answer(&id)
    }

    fn open(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        if let Some(channel) = word(args, "channel") {
            self.visible(channel)?;
            return Ok(json!({ "ok": true, "channel": { "id": channel } }));
        }
        let users: BTreeSet<String> =
            word(args, "users").unwrap_or_default().split(',').map(|user| user.trim().to_owned()).collect();
        if users.len() > 8 {
            return refuse("too_many_users");
        }
        for user in &users {
            match self.world.users.get(user) {
                None => return refuse("user_not_found"),
                Some(user) if user.id == BOT_USER || user.is_bot => return refuse("cannot_dm_bot"),
                Some(user) if user.deleted => return refuse("user_disabled"),
                Some(_) => {}
            }
        }
        let before = self.world.channels.len();
        let id = self.world.conversation(&users.into_iter().collect::<Vec<_>>());
        let already = self.world.channels.len() == before;
        let told = if args.get("return_im") == Some(&json!(true)) {
            self.world.channels[&id].json()
        } else {
            json!({ "id": id })
        };
        Ok(json!({ "ok": true, "no_op": already, "already_open": already, "channel": told }))
    }

    fn invite(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default().to_owned();
        self.inside(&channel)?;
        let users: Vec<String> =
            word(args, "users").unwrap_or_default().split(',').map(|user| user.trim().to_owned()).collect();
        let mut errors = Vec::new();
        for id in &users {
            let error = match self.world.users.get(id) {
                _ if id == BOT_USER => "cant_invite_self",
                None => "user_not_found",
                Some(user) if user.deleted => "cant_invite",
                Some(user) if user.is_ultra_restricted => "ura_max_channels",
                Some(_) if self.world.channels[&channel].has(id) => "already_in_channel",
                Some(user) if user.is_stranger && !self.world.channels[&channel].shared => "user_not_found",
                Some(_) => continue,
            };
            errors.push(json!({ "user": id, "ok": false, "error": error }));
        }
        let force = args.get("force") == Some(&json!(true));
        if let Some(first) = errors.first()
            && (!force || errors.len() == users.len())
        {
            // One bad name and nobody comes in, unless it is forced.
            let error = first["error"].as_str().unwrap_or_default().to_owned();
            let more = json!({ "errors": errors }).as_object().expect("an object").clone();
            return Err(Refused { error, more, retry_after: None });
        }
        for user in users.iter().filter(|user| !errors.iter().any(|error| error["user"] == user.as_str())) {
            self.join(&channel, user, Some(BOT_USER));
        }
        self.channel_answer(&channel)
    }

    fn listed(&self, args: &Map<String, Value>) -> impl Iterator<Item = &super::world::Channel> + use<'_> {
        let types = word(args, "types").unwrap_or("public_channel").to_owned();
        let without_archived = args.get("exclude_archived") == Some(&json!(true));
        self.world.channels.values().filter(move |channel| {
            let name = match channel.sort {
                Sort::Public => "public_channel",
                Sort::Private => "private_channel",
                Sort::Im => "im",
                Sort::Mpim => "mpim",
            };
            types.split(',').any(|wanted| wanted.trim() == name) && !(without_archived && channel.archived)
        })
    }

    fn paged(&self, args: &Map<String, Value>, name: &str, all: Vec<Value>) -> Result<Value, Refused> {
        let (page, next) = self.page(args, all, 100)?;
        Ok(json!({ "ok": true, name: page, "response_metadata": { "next_cursor": next } }))
    }

    /// One page from where the cursor points, and where the next begins.
    fn page(
        &self,
        args: &Map<String, Value>,
        all: Vec<Value>,
        otherwise: u64,
    ) -> Result<(Vec<Value>, String), Refused> {
        let limit = args.get("limit").and_then(Value::as_u64).filter(|limit| *limit > 0).unwrap_or(otherwise);
        if limit > 1000 {
            return refuse("invalid_limit");
        }
        let limit = usize::try_from(limit).unwrap_or(100).min(self.settings.page);
        let from = match word(args, "cursor").filter(|cursor| !cursor.is_empty()) {
            None => 0,
            Some(cursor) => {
                match cursor.strip_prefix("bmV4dDo").and_then(|at| at.strip_suffix('=')?.parse::<usize>().ok()) {
                    Some(at) if at <= all.len() => at,
                    _ => return refuse("invalid_cursor"),
                }
            }
        };
        let more = all.len() > from + limit;
        let page = all.into_iter().skip(from).take(limit).collect();
        Ok((page, if more { format!("bmV4dDo{}=", from + limit) } else { String::new() }))
    }

    fn history(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default();
        let there = self.visible(channel)?;
        if !there.has(BOT_USER) {
            return refuse("not_in_channel");
        }
        let metadata = args.get("include_all_metadata") == Some(&json!(true));
        let seen = |message: &&Message| {
            let reply = message.thread_ts.as_ref().is_some_and(|root| *root != message.ts);
            (!reply || message.broadcast) && within(args, &message.ts)
        };
        let newest_first = there.messages.iter().rev().filter(seen);
        let all: Vec<Value> =
            newest_first.map(|message| self.world.message_in_history(message, &self.base, metadata)).collect();
        let pins = there.pins.len();
        let (page, next) = self.page(args, all, 100)?;
        let mut answer = json!({ "ok": true, "messages": page, "has_more": !next.is_empty(), "pin_count": pins });
        if !next.is_empty() {
            answer["response_metadata"] = json!({ "next_cursor": next });
        }
        Ok(answer)
    }

    fn thread(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let channel = word(args, "channel").unwrap_or_default();
        let ts = word(args, "ts").unwrap_or_default();
        if !self.visible(channel)?.has(BOT_USER) {
            return refuse("not_in_channel");
        }
        let Some(root) = self.world.message(channel, ts) else { return refuse("thread_not_found") };
        let metadata = args.get("include_all_metadata") == Some(&json!(true));
        let replies = self.world.replies(channel, ts).into_iter().filter(|reply| within(args, &reply.ts));
        // The first message always comes along.
        let all: Vec<Value> = std::iter::once(root)
            .chain(replies)
            .map(|message| self.world.message_in_history(message, &self.base, metadata))
            .collect();
        let (page, next) = self.page(args, all, 1000)?;
        let mut answer = json!({ "ok": true, "messages": page, "has_more": !next.is_empty() });
        if !next.is_empty() {
            answer["response_metadata"] = json!({ "next_cursor": next });
        }
        Ok(answer)
    }

    // ——— response URLs ———

    fn use_response_url(&mut self, token: &str, args: &Map<String, Value>) -> (StatusCode, &'static str) {
        let now = self.world.now_s();
        let Some(about) = self.response_urls.get_mut(token) else { return (StatusCode::NOT_FOUND, "no_team") };
        if about.uses >= 5 || now - about.born_s > 30 * 60 {
            let what = if about.uses >= 5 {
                "a response URL was used more than five times"
            } else {
                "a response URL was used after 30 minutes"
            };
            self.violation(what.into());
            return (StatusCode::NOT_FOUND, "used_url");
        }
        about.uses += 1;
        let about = about.clone();
        const KNOWN: &[&str] = &[
            "text",
            "blocks",
            "attachments",
            "response_type",
            "replace_original",
            "delete_original",
            "thread_ts",
            "unfurl_links",
            "unfurl_media",
            "metadata",
            "mrkdwn",
        ];
        let mut findings = limits::message(args);
        for unknown in args.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
            findings
                .push(Finding { error: Some("invalid_payload"), what: format!("{unknown} is no part of a response") });
        }
        if self.judge("response_url", findings).is_err() {
            return (StatusCode::BAD_REQUEST, "invalid_payload");
        }
        let flag = |name: &str| args.get(name) == Some(&json!(true));
        let blocks = self.named(args.get("blocks").unwrap_or(&Value::Null));
        let text = word(args, "text").unwrap_or_default().to_owned();
        if flag("delete_original") {
            match (&about.ts, about.ephemeral) {
                (Some(ts), false) => self.removed(&about.channel, ts),
                (Some(ts), true) => self.shown.retain(|shown| shown.ts != *ts),
                (None, _) => {}
            }
            return (StatusCode::OK, "ok");
        }
        if text.is_empty() && blocks.is_empty() {
            return (StatusCode::BAD_REQUEST, "no_text");
        }
        if flag("replace_original")
            && let Some(ts) = &about.ts
        {
            if about.ephemeral {
                let Some(shown) = self.shown.iter_mut().find(|shown| shown.ts == *ts) else {
                    return (StatusCode::NOT_FOUND, "message_not_found");
                };
                (shown.text, shown.blocks) = (text, blocks);
                shown.replaced += 1;
            } else if let Some(old) = self.world.message(&about.channel, ts).cloned() {
                self.changed(&old.clone(), Message { text, blocks, ..old }, BOT_USER);
            }
            return (StatusCode::OK, "ok");
        }
        let thread = word(args, "thread_ts").map(str::to_owned).or(about.thread_ts);
        if word(args, "response_type") == Some("in_channel") {
            let message = Message {
                channel: about.channel,
                user: BOT_USER.to_owned(),
                by_bot: true,
                text,
                blocks,
                thread_ts: thread,
                ..Message::default()
            };
            self.said(message);
        } else {
            self.show(&about.user, &about.channel, args, thread, Source::ResponseUrl);
        }
        (StatusCode::OK, "ok")
    }
}

/// Between `oldest` and `latest`; the ends count only where it is said.
fn within(args: &Map<String, Value>, ts: &str) -> bool {
    let inclusive = args.get("inclusive") == Some(&json!(true));
    let number = |text: &str| {
        let (s, us) = text.split_once('.').unwrap_or((text, "0"));
        format!("{s:0>12}.{us:0<6}")
    };
    let ts = number(ts);
    let after = word(args, "oldest").is_none_or(|oldest| number(oldest) < ts || (inclusive && number(oldest) == ts));
    let before = word(args, "latest").is_none_or(|latest| ts < number(latest) || (inclusive && number(latest) == ts));
    after && before
}

/// A response URL: the body is a message.
pub async fn respond(
    Shared(fake): Shared<FakeSlack>,
    Path((_kind, token)): Path<(String, String)>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request<Body>,
) -> Response {
    let bytes = axum::body::to_bytes(request.into_body(), 16 << 20).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let harm = {
        let mut state = fake.state();
        state.calls.push(Call { method: "response_url".into(), args: body.clone(), at: Instant::now(), answer: None });
        state.faults.next("response_url", None)
    };
    match harm {
        Some(Harm::RateLimited { retry_after }) => {
            let headers = [(header::RETRY_AFTER, retry_after.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, headers, "ratelimited").into_response();
        }
        Some(Harm::ServerError { status }) => return server_error(status),
        Some(Harm::DropBeforeEffect) => return hang_up(&line).await,
        _ => {}
    }
    let Some(args) = body.as_object() else {
        fake.state()
            .violation(format!("a response URL was sent what is no JSON object: {}", String::from_utf8_lossy(&bytes)));
        return (StatusCode::BAD_REQUEST, "invalid_payload").into_response();
    };
    let answer = fake.state().use_response_url(&token, args);
    if harm == Some(Harm::DropAfterEffect) {
        return hang_up(&line).await;
    }
    answer.into_response()
}

/// Of the bookmark of an address.
fn bookmark_id(link: &str) -> String {
    use sha2::Digest as _;
    format!("Bk{}", hex::encode_upper(&sha2::Sha256::digest(link.as_bytes())[..5]))
}
