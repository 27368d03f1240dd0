//! What people see in the room: messages, people, files, the clock. All of it is read from what is committed.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Body, Failure, lane, require_access, speaker};
use crate::card::Card;
use crate::chat::local;
use crate::clock::Mode;
use crate::domain::{At, CaseId, LOCAL, PersonId, Policy, Span};
use crate::grammar::{self, Word};
use crate::ledger::folder::blob_path;
use crate::ledger::heard::File;
use crate::ledger::projection::BOT;
use crate::store::{MessageRead, Stretch};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/room/api/people", get(people))
        .route("/room/api/verbs", get(verbs))
        .route("/room/api/messages", get(messages))
        .route("/room/api/mine", get(mine))
        .route("/room/api/clock", get(clock).post(move_clock))
        .route("/room/api/files/{sha256}/{name}", get(file))
}

/// How many messages one answer holds.
const PAGE_OF_MESSAGES: u32 = 1_000;

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
    let ascii: String = super::speaking::file_name(&name)
        .chars()
        .map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' })
        .collect();
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

pub(in crate::web) fn clock_now(app: &App) -> Value {
    let clock = &app.reception.desk.clock;
    let mode = clock.mode();
    // Where the time can be moved, whoever moves it sees what for. Elsewhere it would tell of cases that aren't everybody's.
    let next = app.reception.desk.shown().next_wake.filter(|_| mode == Mode::Manual);
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
