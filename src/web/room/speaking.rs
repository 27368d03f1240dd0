//! What people do in the room: say, edit, delete, press, fill in, hand in files. All of it goes through the same reception as on
//! every platform.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{App, Body, Failure, UPLOAD_AT_MOST, lane, no_such_message, require_access, speaker, visible};
use crate::card::Card;
use crate::chat::quota::{FILES_A_MINUTE, WORDS_A_MINUTE};
use crate::domain::mark::Words;
use crate::domain::text::quoted;
use crate::domain::{Actor, BotCommand, LOCAL, Lane, Platform, WhyNotKept};
use crate::grammar::{self, Filled};
use crate::ledger::heard::{Account, Answer, File, Heard, What};
use crate::store::MessageRead;

pub(super) fn routes() -> Router<App> {
    let upload = post(upload).layer(DefaultBodyLimit::max(UPLOAD_AT_MOST + 64 * 1024));
    Router::new()
        .route("/room/api/say", post(say))
        .route("/room/api/edit", post(edit))
        .route("/room/api/delete", post(delete))
        .route("/room/api/press", post(press))
        .route("/room/api/form", post(form))
        .route("/room/api/upload", upload)
}

/// The longest message that the room takes, in characters; more belongs into a file.
const TEXT_AT_MOST: usize = 200_000;
/// How many files an upload has.
const FILES_AT_MOST: usize = 20;
/// The longest action of a button, in characters: what Slack takes as a button's value.
const ACTION_AT_MOST: usize = 2_000;

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
    takes_words(&app, &who, text.len())?;
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
    takes_words(&app, &who, text.len())?;
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
    if press.action.chars().count() > ACTION_AT_MOST {
        return Err(Failure::bad("malformed", format!("an action has at most {ACTION_AT_MOST} characters.")));
    }
    takes_words(&app, &who, press.action.len())?;
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
                let name = quoted(&grammar::clean::line(&name));
                return Err(Failure::bad("malformed", format!("the value of {name} must be a text.")));
            }
        };
        if text.chars().count() > TEXT_AT_MOST {
            return Err(too_long());
        }
        values.insert(name, text);
    }
    takes_words(
        &app,
        &who,
        submit.form.len() + values.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>(),
    )?;
    let what = What::Filled(Filled::form(&submit.form, values));
    let heard = Heard { thread, ..Heard::live(format!("local:form:{id}"), who, lane, what) };
    Ok(Said::of(None, app.reception.hear(heard).await?))
}

async fn upload(State(app): State<App>, mut parts: Multipart) -> Result<Json<Said>, Failure> {
    let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => Failure::new(status, "malformed", format!("the upload can't be read: {}", error.body_text())),
    };
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut files: Vec<(String, axum::body::Bytes)> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned)) {
            (_, Some(_)) if files.len() == FILES_AT_MOST => {
                let sentence = format!("an upload takes {FILES_AT_MOST} files; hand the others in with the next one.");
                return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_files", sentence));
            }
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
    takes_words(&app, &who, field("text").len())?;
    if !app.amounts.takes_files(&who.id, files.iter().map(|(_, bytes)| bytes.len()).sum()) {
        return Err(too_much(&who, FILES_A_MINUTE));
    }
    let mut kept = Vec::new();
    for (name, bytes) in files {
        let length = bytes.len() as u64;
        let sha256 = match app.blobs.keep(bytes.into()).await {
            Ok(sha256) => sha256,
            Err(error) => return Err(not_kept(&app, &error).await),
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

/// The operators hear of it too, where the disk has room for that.
async fn not_kept(app: &App, error: &(dyn std::error::Error + Send + Sync)) -> Failure {
    let whys = BTreeSet::from([WhyNotKept::Unwritten]);
    let command = BotCommand::FilesNotKept { platform: Platform::from(LOCAL), whys };
    let _logged_by_the_desk = app.reception.desk.ask_bot(command, Actor::Engine, None).await;
    disk(error)
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
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = grammar::clean::line(last).chars().take(120).collect();
    if matches!(&*clean, "" | "." | "..") { "file".to_owned() } else { clean }
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

/// Whether so many bytes of words are taken from a person now: all of it is kept, and one person must not fill the disk.
fn takes_words(app: &App, who: &Account, bytes: usize) -> Result<(), Failure> {
    match app.amounts.takes_words(&who.id, bytes) {
        true => Ok(()),
        false => Err(too_much(who, WORDS_A_MINUTE)),
    }
}

fn too_much(who: &Account, bytes: NonZeroU32) -> Failure {
    let mib = bytes.get() / (1_024 * 1_024);
    let sentence = format!("{} has brought {mib} MiB within a minute. Try again in a moment.", who.name);
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_much", sentence)
}

fn too_large() -> Failure {
    let mib = UPLOAD_AT_MOST / (1_024 * 1_024);
    let sentence = format!("files take {mib} MiB at most. Make it smaller, or put it elsewhere and say where it is.");
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_no_path() {
        let table = [
            ("../../keys/ledger.seed", "ledger.seed"),
            ("C:\\scores.csv", "scores.csv"),
            ("..", "file"),
            (".", "file"),
            ("a/..", "file"),
            ("", "file"),
            (".env", ".env"),
        ];
        for (name, kept) in table {
            assert_eq!(file_name(name), kept, "{name}");
        }
    }
}
