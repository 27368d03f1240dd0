//! The local room's HTTP API, which its page uses and which lets scripts be people. Speaking goes through the same reception
//! as every platform; looking reads what is committed.

use std::collections::BTreeMap;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{App, Failure, UPLOAD_AT_MOST, stream};
use crate::card::Card;
use crate::chat::local;
use crate::clock::Mode;
use crate::domain::mark::Words;
use crate::domain::{At, CaseId, LOCAL, Lane, PersonId, Place, Platform, Policy, Span, text};
use crate::grammar::{self, Filled, Word};
use crate::ledger::folder::blob_path;
use crate::ledger::heard::{Account, Answer, File, Heard, What};
use crate::ledger::projection::BOT;
use crate::store::{MessageRead, Stretch};

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/room");

/// The longest message that the room takes, in characters; more belongs into a file.
const TEXT_AT_MOST: usize = 200_000;
/// How many messages one answer holds.
const PAGE_OF_MESSAGES: u32 = 1_000;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(index))
        .route("/room/assets/{file}", get(asset))
        .route("/room/api/people", get(people))
        .route("/room/api/verbs", get(verbs))
        .route("/room/api/messages", get(messages))
        .route("/room/api/mine", get(mine))
        .route("/room/api/clock", get(clock).post(move_clock))
        .route("/room/api/events", get(stream::events))
        .route("/room/api/say", post(say))
        .route("/room/api/edit", post(edit))
        .route("/room/api/delete", post(delete))
        .route("/room/api/press", post(press))
        .route("/room/api/form", post(form))
        .route("/room/api/upload", post(upload).layer(axum::extract::DefaultBodyLimit::max(UPLOAD_AT_MOST + 64 * 1024)))
        .route("/room/api/files/{sha256}/{name}", get(file))
}

async fn index() -> Response {
    page_file("index.html")
}

async fn asset(Path(file): Path<String>) -> Response {
    page_file(&file)
}

fn page_file(name: &str) -> Response {
    let Some(file) = PAGE.get_file(name) else {
        return Failure::not_found("no_such_file", "the page has no such file.").into_response();
    };
    let kind = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], file.contents()).into_response()
}

/// JSON bodies with errors in the room's own form.
struct Body<T>(T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "send JSON, with `Content-Type: application/json`.",
            )),
            Err(JsonRejection::BytesRejection(error)) => {
                Err(Failure::new(error.status(), "too_large", "that is too large; put it into a file."))
            }
            Err(error) => Err(Failure::bad("malformed", format!("the body can't be read: {}", error.body_text()))),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    r#as: String,
    channel: String,
    text: String,
    thread: Option<String>,
    /// The same key twice is said once, and gets the same answer.
    key: Option<String>,
}

/// What the bot answered privately.
#[derive(Serialize)]
struct Said {
    message: Option<String>,
    answers: Vec<Card>,
    form: Option<grammar::Form>,
    errors: Option<BTreeMap<String, String>>,
}

impl Said {
    fn of(message: Option<String>, answer: Answer) -> Json<Said> {
        Json(Said { message, answers: answer.cards, form: answer.form, errors: answer.errors })
    }
}

async fn say(State(app): State<App>, Body(say): Body<Say>) -> Result<Json<Said>, Failure> {
    let who = speaker(&app, &say.r#as)?;
    let lane = lane(&app, &who, &say.channel).await?;
    let text = text(&say.text)?;
    let thread = thread(&app, &lane, say.thread).await?;
    let id = match say.key {
        Some(key) => keyed(&app, &who, &key)?,
        None => fresh()?,
    };
    let command = grammar::looks_like_command(text, app.reception.desk.prefix());
    let what = if command {
        What::Command { text: text.to_owned() }
    } else {
        What::Said { message: format!("m{id}"), text: text.to_owned(), files: Words::default() }
    };
    let heard = Heard { thread, ..Heard::live(format!("local:say:{id}"), who, lane, what) };
    let answer = app.reception.hear(heard).await?;
    Ok(Said::of((!command).then(|| format!("m{id}")), answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    r#as: String,
    message: String,
    channel: Option<String>,
    text: String,
}

async fn edit(State(app): State<App>, Body(edit): Body<Edit>) -> Result<Json<Said>, Failure> {
    let who = speaker(&app, &edit.r#as)?;
    let text = text(&edit.text)?.to_owned();
    let row = own_message(&app, &who, edit.channel.as_deref(), &edit.message).await?;
    let what = What::Edited { message: row.id.clone(), text };
    change(&app, who, row, what).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    r#as: String,
    message: String,
    channel: Option<String>,
}

async fn delete(State(app): State<App>, Body(delete): Body<Delete>) -> Result<Json<Said>, Failure> {
    let who = speaker(&app, &delete.r#as)?;
    let row = own_message(&app, &who, delete.channel.as_deref(), &delete.message).await?;
    let what = What::Deleted { message: row.id.clone() };
    change(&app, who, row, what).await
}

async fn change(app: &App, who: Account, row: MessageRead, what: What) -> Result<Json<Said>, Failure> {
    let cause = format!("local:change:{}", fresh()?);
    let heard = Heard { thread: row.thread, ..Heard::live(cause, who, row.lane, what) };
    Ok(Said::of(None, app.reception.hear(heard).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    r#as: String,
    /// `null` for a button of a private answer.
    message: Option<String>,
    channel: Option<String>,
    action: String,
    key: Option<String>,
}

async fn press(State(app): State<App>, Body(press): Body<Press>) -> Result<Json<Said>, Failure> {
    let who = speaker(&app, &press.r#as)?;
    let row = match &press.message {
        Some(message) => {
            let row = visible(&app, &who, app.reader.local_message(message).await?).await?;
            Some(row.ok_or_else(no_such_message)?)
        }
        None => None,
    };
    let lane = match (&row, &press.channel) {
        (Some(row), _) => row.lane.clone(),
        (None, Some(channel)) => lane(&app, &who, channel).await?,
        (None, None) => Lane::direct(&Platform::from(LOCAL), &who.id),
    };
    require_access(&app, &who, &lane).await?;
    let id = match press.key {
        Some(key) => keyed(&app, &who, &key)?,
        None => fresh()?,
    };
    // The id as it was found, never as it was sent: it is a fact, and facts are never erased.
    let (message, thread) = match row {
        Some(row) => (row.id.clone(), Some(row.thread.unwrap_or(row.id))),
        None => (String::new(), None),
    };
    let what = What::Pressed { message, action: press.action };
    let heard = Heard { thread, ..Heard::live(format!("local:press:{id}"), who, lane, what) };
    Ok(Said::of(None, app.reception.hear(heard).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit {
    r#as: String,
    form: String,
    values: BTreeMap<String, Option<Value>>,
    channel: Option<String>,
    thread: Option<String>,
    key: Option<String>,
}

async fn form(State(app): State<App>, Body(submit): Body<Submit>) -> Result<Json<Said>, Failure> {
    let who = speaker(&app, &submit.r#as)?;
    let lane = match &submit.channel {
        Some(channel) => lane(&app, &who, channel).await?,
        None => Lane::direct(&Platform::from(LOCAL), &who.id),
    };
    let thread = thread(&app, &lane, submit.thread).await?;
    let id = match submit.key {
        Some(key) => keyed(&app, &who, &key)?,
        None => fresh()?,
    };
    let mut values = BTreeMap::new();
    for (name, value) in submit.values {
        let text = match value {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text,
            Some(Value::Bool(flag)) => if flag { "yes" } else { "" }.to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(_) | Value::Object(_)) => {
                return Err(Failure::bad("malformed", format!("the value of “{name}” must be a text.")));
            }
        };
        if text.chars().count() > TEXT_AT_MOST {
            return Err(too_long());
        }
        values.insert(name, text);
    }
    let what = What::Filled(Filled::form(&submit.form, values));
    let heard = Heard { thread, ..Heard::live(format!("local:form:{id}"), who, lane, what) };
    Ok(Said::of(None, app.reception.hear(heard).await?))
}

async fn upload(State(app): State<App>, mut parts: Multipart) -> Result<Json<Said>, Failure> {
    let broken = |error: axum::extract::multipart::MultipartError| {
        Failure::new(error.status(), "malformed", format!("the upload can't be read: {}", error.body_text()))
    };
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut files: Vec<(String, axum::body::Bytes)> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned)) {
            (_, Some(name)) => files.push((file_name(&name), part.bytes().await.map_err(broken)?)),
            (name, None) => {
                fields.insert(name, part.text().await.map_err(broken)?);
            }
        }
    }
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let who = speaker(&app, field("as"))?;
    let lane = lane(&app, &who, field("channel")).await?;
    let thread = thread(&app, &lane, fields.get("thread").filter(|it| !it.is_empty()).cloned()).await?;
    if files.is_empty() {
        return Err(Failure::bad("no_file", "there is no file in this upload."));
    }
    if field("text").chars().count() > TEXT_AT_MOST {
        return Err(too_long());
    }
    let mut kept = Vec::new();
    for (name, bytes) in files {
        let data = app.folder.data.clone();
        let length = bytes.len() as u64;
        let written = tokio::task::spawn_blocking(move || crate::ledger::folder::keep_blob(&data, &bytes)).await;
        let sha256 = match written {
            Ok(Ok(sha256)) => sha256,
            Ok(Err(error)) => return Err(disk(&error)),
            Err(error) => return Err(disk(&error)),
        };
        kept.push(File { name, bytes: length, sha256 });
    }
    let id = match fields.get("key") {
        Some(key) => keyed(&app, &who, key)?,
        None => fresh()?,
    };
    let what = What::Said { message: format!("m{id}"), text: field("text").to_owned(), files: Words::of(kept) };
    let heard = Heard { thread, ..Heard::live(format!("local:say:{id}"), who, lane, what) };
    let answer = app.reception.hear(heard).await?;
    Ok(Said::of(Some(format!("m{id}")), answer))
}

fn disk(error: &dyn std::error::Error) -> Failure {
    let reference = crate::desk::reference();
    tracing::error!(%reference, error = %error, "a file could not be kept");
    Failure::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "fault",
        format!("the file could not be kept. Reference {reference}. Try again in a moment."),
    )
}

/// The last part of a path, with nothing in it that a shell or a browser would take for more than a name.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = grammar::clean::line(last).chars().take(120).collect();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

#[derive(Deserialize)]
struct As {
    r#as: String,
}

/// Which message a file is asked for with: whoever may not see the message may not have its files.
#[derive(Deserialize)]
struct With {
    r#as: String,
    message: String,
}

async fn file(
    State(app): State<App>,
    Path((sha256, name)): Path<(String, String)>,
    Query(with): Query<With>,
) -> Result<Response, Failure> {
    let gone = || Failure::not_found("no_such_file", "there is no such file.");
    let who = speaker(&app, &with.r#as)?;
    let message =
        app.reader.local_message(&with.message).await?.filter(|it| it.deleted_us.is_none()).ok_or_else(gone)?;
    let stands: Stands = serde_json::from_str(&message.body).map_err(|_| gone())?;
    if !stands.files.iter().any(|file| file.sha256 == sha256) {
        return Err(gone());
    }
    require_access(&app, &who, &message.lane).await.map_err(|_| gone())?;
    let bytes = tokio::fs::read(blob_path(&app.folder.data, &sha256)).await.map_err(|_| gone())?;
    let ascii: String =
        file_name(&name).chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' }).collect();
    // Always a download: a file from people is never shown as a page of this site.
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"")).map_err(|_| gone())?;
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

async fn people(State(app): State<App>) -> Json<Value> {
    let policy = app.reception.desk.shown().policy;
    let people: Vec<Value> = policy
        .people
        .iter()
        .map(|(id, person)| {
            let roles: Vec<&str> = policy
                .roles
                .iter()
                .filter(|(_, role)| role.members.contains(id))
                .map(|(name, _)| name.as_str())
                .collect();
            json!({ "id": id, "name": person.name, "party": person.party, "roles": roles, "zone": person.zone.name() })
        })
        .collect();
    let mut channels: BTreeMap<&str, String> = BTreeMap::new();
    for channel in local::channels(&policy) {
        channels.entry(&channel.id).or_default();
    }
    for (name, workflow) in &policy.workflows {
        for channel in workflow.channels.iter().filter(|channel| channel.platform.as_str() == LOCAL) {
            let about = channels.entry(&channel.id).or_default();
            if !about.is_empty() {
                about.push_str(", ");
            }
            about.push_str(&format!("{name} · {}", workflow.stage));
        }
    }
    if let Some(operators) = policy.operators.iter().find(|channel| channel.platform.as_str() == LOCAL) {
        channels.insert(&operators.id, "how the bot itself is".to_owned());
    }
    let channels: Vec<Value> = channels.into_iter().map(|(id, about)| json!({ "id": id, "about": about })).collect();
    Json(
        json!({ "people": people, "channels": channels, "bot": { "id": BOT, "name": "Countersign" }, "policy": policy.name }),
    )
}

async fn verbs(State(app): State<App>) -> Json<Value> {
    let policy = app.reception.desk.shown().policy;
    Json(serde_json::to_value(grammar::completion(app.reception.desk.prefix(), &policy)).unwrap_or_default())
}

#[derive(Deserialize)]
struct Wanted {
    r#as: String,
    channel: String,
    after: Option<i64>,
    before: Option<i64>,
}

async fn messages(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Json<Value>, Failure> {
    let who = speaker(&app, &wanted.r#as)?;
    let lane = lane(&app, &who, &wanted.channel).await?;
    let after = wanted.after.filter(|&after| after > 0);
    let stretch = match (after, wanted.before) {
        (Some(after), None) => Stretch::After(after),
        (None, before) => Stretch::Before(before),
        (Some(_), Some(_)) => return Err(Failure::bad("malformed", "say `after` or `before`, not both.")),
    };
    let found = app.reader.messages(&lane, stretch, PAGE_OF_MESSAGES).await?;
    let last = found.iter().map(|message| message.last).max().or(after).unwrap_or(0);
    let policy = app.reception.desk.shown().policy;
    let messages: Vec<Value> = found.iter().map(|message| shown(message, &wanted, &policy)).collect();
    let mut page = json!({ "messages": messages, "last": last });
    if let Stretch::Before(_) = stretch {
        // A page that isn't full is the first one that there is.
        let full = found.len() == PAGE_OF_MESSAGES as usize;
        page["earlier"] = json!(found.iter().map(|message| message.last).min().filter(|_| full));
    }
    Ok(Json(page))
}

/// What stands in a message of the transcript, or in a part of it.
#[derive(Default, Deserialize)]
struct Stands {
    text: Option<String>,
    #[serde(default)]
    files: Vec<File>,
    card: Option<Card>,
}

fn shown(message: &MessageRead, wanted: &Wanted, policy: &Policy) -> Value {
    let mut parts = message.bodies().map(|body| serde_json::from_str::<Stands>(body).unwrap_or_default());
    let stands = parts.next().unwrap_or_default();
    let card = Card::of_parts(stands.card.into_iter().chain(parts.filter_map(|part| part.card)));
    let deleted = message.deleted_us.is_some();
    let author = match &message.person {
        Some(person) => json!({ "id": person, "name": policy.name_of(&PersonId::from(person.as_str())), "bot": false }),
        None if message.author == BOT => json!({ "id": BOT, "name": "Countersign", "bot": true }),
        None => json!({ "id": message.author, "name": message.author, "bot": false }),
    };
    let words = stands.text.as_deref().filter(|_| !deleted).map(|text| words(text, policy)).unwrap_or_default();
    let raw = stands.text.filter(|_| !deleted);
    let files: Vec<Value> = stands
        .files
        .iter()
        .filter(|_| !deleted)
        .map(|file| {
            let name = percent(&file.name);
            let (who, id) = (percent(&wanted.r#as), percent(&message.id));
            let url = format!("/room/api/files/{}/{name}?as={who}&message={id}", file.sha256);
            json!({ "name": file.name, "bytes": file.bytes, "url": url })
        })
        .collect();
    json!({
        "id": message.id,
        "channel": wanted.channel,
        "thread": message.thread,
        "author": author,
        "at_us": message.said_us,
        // A card is brought up to date in place all the time; only people's edits are worth a mark.
        "edited_us": message.edited_us.filter(|_| message.person.is_some()),
        "deleted": deleted,
        "text": words,
        "raw": raw,
        "card": card,
        "files": files,
        "order": message.first,
        "change": message.last,
    })
}

/// A person's words, with mentions and case ids made out. Everything else stays text.
fn words(text: &str, policy: &Policy) -> Vec<Word> {
    let clean = grammar::clean::lines(text);
    let mut words: Vec<Word> = Vec::new();
    let mut plain = String::new();
    for piece in clean.split_inclusive(|c: char| !(c.is_alphanumeric() || matches!(c, '@' | '-' | '_' | '.'))) {
        let core = piece.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '@' | '-' | '_')));
        let word = match core.strip_prefix('@') {
            Some(name) => policy
                .people
                .get_key_value(name)
                .map(|(id, person)| Word::Person { id: id.clone(), name: person.name.clone() }),
            None => core.parse::<CaseId>().ok().map(Word::Case),
        };
        match word {
            Some(word) => {
                if !plain.is_empty() {
                    words.push(Word::Text(std::mem::take(&mut plain)));
                }
                words.push(word);
                plain.push_str(&piece[core.len()..]);
            }
            None => plain.push_str(piece),
        }
    }
    if !plain.is_empty() {
        words.push(Word::Text(plain));
    }
    words
}

/// A name as part of a path (RFC 3986 §2.1).
fn percent(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

async fn mine(State(app): State<App>, Query(who): Query<As>) -> Result<Json<Value>, Failure> {
    let who = speaker(&app, &who.r#as)?;
    let person = PersonId::from(who.id.as_str());
    let panel = app.reception.answers.panel(&person).await?;
    Ok(Json(serde_json::to_value(panel).unwrap_or_default()))
}

async fn clock(State(app): State<App>) -> Json<Value> {
    Json(clock_now(&app))
}

pub(super) fn clock_now(app: &App) -> Value {
    let clock = &app.reception.desk.clock;
    let next = app.reception.desk.shown().next_wake;
    let mode = clock.mode();
    json!({ "now_us": clock.now().0, "mode": mode, "speed": clock.speed(), "next_wake_us": next.map(|at| at.0) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    advance: Option<String>,
    to: Option<String>,
}

/// Moves the room's time, through every wake on the way, each at its own moment. Answers when all of it is told.
async fn move_clock(State(app): State<App>, Body(wanted): Body<MoveClock>) -> Result<Json<Value>, Failure> {
    let desk = &app.reception.desk;
    if desk.clock.mode() == Mode::Real {
        return Err(Failure::new(
            StatusCode::CONFLICT,
            "real_clock",
            "this room runs on real time. Start it with `--clock manual` to move its time.",
        ));
    }
    let target = match (wanted.advance.as_deref(), wanted.to.as_deref()) {
        (Some(span), None) => {
            let span = grammar::moment::span(span).filter(|span| *span > Span::ZERO && *span <= Span::days(366));
            let span = span.ok_or_else(|| {
                Failure::bad("malformed", "`advance` takes a span such as \"2h\" or \"30m\", a year at most.")
            })?;
            desk.clock.now() + span
        }
        (None, Some("next-wake")) => match quiet(&app).await {
            Some(wake) => wake,
            None => {
                return Err(Failure::new(StatusCode::CONFLICT, "no_wake", "nothing is waiting for the time to pass."));
            }
        },
        _ => return Err(Failure::bad("malformed", "say {\"advance\": \"2h\"} or {\"to\": \"next-wake\"}.")),
    };
    // Direct messages wait a little for company: whoever skips to a wake wants to see what it told them.
    let target = if wanted.to.is_some() { target + desk.shown().policy.batch_within } else { target };
    loop {
        let wake = quiet(&app).await;
        let message = app.reader.outbox_next(&[]).await?;
        // What could go at once is on its way, and no moment to move to.
        let to_come = wake.into_iter().chain(message).filter(|&next| next > desk.clock.now());
        let Some(next) = to_come.min().filter(|&next| next <= target) else { break };
        desk.clock.move_to(next);
    }
    if wanted.to.is_none() {
        desk.clock.move_to(target);
    }
    quiet(&app).await;
    Ok(Json(clock_now(&app)))
}

/// Waits until nothing is due any more and all that was due is told. Returns the next wake. Where people go on speaking
/// meanwhile, what was recorded a while after the asking isn't waited for, or the time would stand still under load.
async fn quiet(app: &App) -> Option<At> {
    let desk = &app.reception.desk;
    let patience = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    let (mut calm, mut size) = (0, desk.shown().size);
    loop {
        let now = desk.clock.now();
        let shown = desk.shown();
        let told = matches!(app.reader.is_told(size, now).await, Ok(true));
        let woken = shown.next_wake.is_none_or(|at| at > now);
        if told && woken {
            // What is told may open something new, so nothing new must have come between two looks; or four times over.
            calm = if shown.size == size { calm + 2 } else { calm + 1 };
            size = shown.size;
        }
        if calm >= 4 || tokio::time::Instant::now() >= patience {
            return shown.next_wake;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// The persona that speaks. The room is for the people of the policy.
pub(super) fn speaker(app: &App, name: &str) -> Result<Account, Failure> {
    let policy = app.reception.desk.shown().policy;
    let Some(person) = policy.people.get(name) else {
        let near = text::nearest(name, policy.people.keys().map(PersonId::as_str));
        let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
        return Err(Failure::bad(
            "unknown_person",
            format!("there is nobody called “{}” in the policy.{near}", grammar::clean::line(name)),
        ));
    };
    Ok(Account::member(name, &person.name))
}

/// The lane of a channel, if the persona may look into it.
async fn lane(app: &App, who: &Account, channel: &str) -> Result<Lane, Failure> {
    let platform = Platform::from(LOCAL);
    let place = match channel.strip_prefix('@') {
        Some(person) => Place::Direct(person.to_owned()),
        None => Place::Channel(channel.to_owned()),
    };
    let lane = Lane { platform, place };
    require_access(app, who, &lane).await?;
    Ok(lane)
}

/// The same answer for a channel that isn't there and for one that the persona may not see.
pub(super) async fn require_access(app: &App, who: &Account, lane: &Lane) -> Result<(), Failure> {
    let desk = &app.reception.desk;
    let shown = desk.shown();
    let allowed = match &lane.place {
        Place::Direct(person) => *person == who.id,
        Place::Channel(id) if local::channels(&shown.policy).any(|channel| &channel.id == id) => true,
        Place::Channel(id) => match id.parse::<CaseId>() {
            Ok(case) => {
                let people = shown.bot.people(&shown.policy, desk.clock.now());
                let person = PersonId::from(who.id.as_str());
                let case = app.reader.case(case).await?;
                // By its own name only: `inc-1`, not `INC-1`, or two channels would pass for one.
                case.is_some_and(|case| {
                    case.homes.iter().any(|home| Lane::channel(home) == *lane) && case.is_visible_to(&person, &people)
                })
            }
            Err(_) => false,
        },
    };
    if allowed {
        return Ok(());
    }
    let name = match &lane.place {
        Place::Direct(person) => format!("@{person}"),
        Place::Channel(id) => format!("#{id}"),
    };
    Err(Failure::not_found(
        "unknown_channel",
        format!("there is no channel {} here for you.", grammar::clean::line(&name)),
    ))
}

/// The message that begins the thread, which must stand in the same lane.
async fn thread(app: &App, lane: &Lane, thread: Option<String>) -> Result<Option<String>, Failure> {
    let Some(thread) = thread else { return Ok(None) };
    match app.reader.message(lane, &thread).await? {
        // A reply to a reply belongs to the same thread.
        Some(message) => Ok(Some(message.thread.unwrap_or(message.id))),
        None => Err(Failure::not_found("unknown_thread", "there is no such message to reply to.")),
    }
}

/// A message that stands where the persona may not look doesn't stand there for them.
async fn visible(app: &App, who: &Account, found: Option<MessageRead>) -> Result<Option<MessageRead>, Failure> {
    let Some(message) = found else { return Ok(None) };
    match require_access(app, who, &message.lane).await {
        Ok(()) => Ok(Some(message)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn own_message(app: &App, who: &Account, channel: Option<&str>, id: &str) -> Result<MessageRead, Failure> {
    let found = match channel {
        Some(channel) => app.reader.message(&lane(app, who, channel).await?, id).await?,
        None => app.reader.local_message(id).await?,
    };
    let found = visible(app, who, found).await?;
    let message = found.filter(|it| it.deleted_us.is_none()).ok_or_else(no_such_message)?;
    if message.person.as_deref() != Some(&who.id) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "not_yours", "only its author can change a message."));
    }
    Ok(message)
}

fn no_such_message() -> Failure {
    Failure::not_found("unknown_message", "there is no such message.")
}

fn too_long() -> Failure {
    let sentence = format!("a message takes {TEXT_AT_MOST} characters; put more into a file.");
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", sentence)
}

fn text(text: &str) -> Result<&str, Failure> {
    if text.trim().is_empty() {
        return Err(Failure::bad("empty", "there is nothing in this message."));
    }
    if text.chars().count() > TEXT_AT_MOST {
        return Err(too_long());
    }
    Ok(text)
}

/// An id of a message or press that nobody else has.
fn fresh() -> Result<String, Failure> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| disk(&error))?;
    Ok(hex::encode(bytes))
}

/// An id made from the caller's own key, so that a repetition is recognised.
fn keyed(app: &App, who: &Account, key: &str) -> Result<String, Failure> {
    if key.is_empty() || key.len() > 200 {
        return Err(Failure::bad("malformed", "`key` takes 1 to 200 characters."));
    }
    Ok(app.reception.desk.causes.id_of(&who.id, key))
}
