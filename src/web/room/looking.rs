//! What people see in the room: messages, people, files, the clock. All of it is read from what is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Body, Failure, UPLOAD_AT_MOST, lane, require_access, speaker};
use crate::answers::View;
use crate::card::Card;
use crate::chat::local;
use crate::clock::Mode;
use crate::domain::bot::readings::Event as Reading;
use crate::domain::{At, CaseId, LOCAL, PersonId, Policy, RoleId, Span};
use crate::grammar::{self, Word};
use crate::ledger::heard::{Account, File};
use crate::ledger::projection::BOT;
use crate::store::{MessageRead, Stretch};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/room/api/people", get(people))
        .route("/room/api/verbs", get(verbs))
        .route("/room/api/messages", get(messages))
        .route("/room/api/news", post(news))
        .route("/room/api/mine", get(mine))
        .route("/room/api/clock", get(clock).post(move_clock))
        .route("/room/api/head", get(head))
        .route("/room/api/files/{sha256}/{name}", get(file))
}

/// How many messages one answer holds.
const PAGE_OF_MESSAGES: u32 = 1_000;
/// How many messages of one channel an answer about many of them holds, how many in all, and how many channels it is of.
const NEWS_OF_ONE: u32 = 100;
const NEWS_AT_MOST: usize = 2_000;
const CHANNELS_AT_MOST: usize = 1_000;

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
    let bytes = match app.blobs.read(&sha256).await {
        Ok(bytes) => bytes.ok_or_else(gone)?,
        Err(error) => {
            let reference = crate::desk::reference();
            tracing::error!(%reference, %error, "a file can't be read");
            let sentence = format!("the file can't be read now. Reference {reference}. Try again in a moment.");
            return Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, "fault", sentence));
        }
    };
    // Who reads evidence is evidence: recorded before it is handed over.
    let reading = Reading::FileRead { file: sha256.clone(), case: message.case };
    app.reception.record_reading(reading, PersonId::from(who.id.as_str()), None).await?;
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
            let roles: Vec<&str> =
                policy.roles.keys().filter(|role| policy.may_hold(role).contains(&id)).map(RoleId::as_str).collect();
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
    let roles: BTreeMap<&str, &str> = policy.roles.iter().map(|(id, role)| (id.as_str(), &*role.name)).collect();
    Json(json!({
        "people": people,
        "roles": roles,
        "channels": channels,
        "bot": { "id": BOT, "name": "Countersign" },
        "policy": policy.name,
        "file_at_most": UPLOAD_AT_MOST,
    }))
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
    let mut page = Page::of(&app, &who);
    let messages = page.show(&found, &wanted.channel);
    let mut answer = json!({ "messages": messages, "last": last, "views": page.views().await? });
    if let Stretch::Before(_) = stretch {
        // A page that isn't full is the first one that there is.
        let full = found.len() == PAGE_OF_MESSAGES as usize;
        answer["earlier"] = json!(found.iter().map(|message| message.last).min().filter(|_| full));
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    r#as: String,
    /// Channel → the entry after which something is new there; `null`: only how far it is.
    after: BTreeMap<String, Option<i64>>,
}

/// What is new in many channels at once. One that isn't there for the person has no place in the answer.
async fn news(State(app): State<App>, Body(since): Body<Since>) -> Result<Json<Value>, Failure> {
    let who = speaker(&app, &since.r#as)?;
    if since.after.len() > CHANNELS_AT_MOST {
        return Err(Failure::bad("malformed", format!("ask for {CHANNELS_AT_MOST} channels at most.")));
    }
    let mut page = Page::of(&app, &who);
    let mut left = NEWS_AT_MOST;
    let mut channels = serde_json::Map::new();
    for (channel, after) in &since.after {
        let lane = match lane(&app, &who, channel).await {
            Ok(lane) => lane,
            Err(failure) if failure.is_not_found() => continue,
            Err(fault) => return Err(fault),
        };
        let most = NEWS_OF_ONE.min(left as u32);
        let found = match after {
            Some(after) => app.reader.messages(&lane, Stretch::After(*after), most + 1).await?,
            None => Vec::new(),
        };
        let last = match found.iter().map(|message| message.last).max() {
            Some(last) => last,
            None => {
                let newest = app.reader.messages(&lane, Stretch::Before(None), 1).await?;
                newest.first().map_or(0, |message| message.last)
            }
        };
        let more = found.len() > most as usize;
        let shown = if more { Vec::new() } else { page.show(&found, channel) };
        left -= shown.len();
        channels.insert(channel.clone(), json!({ "messages": shown, "last": last, "more": more }));
    }
    Ok(Json(json!({ "channels": channels, "views": page.views().await? })))
}

/// Messages as one person sees them, and the cases that something can be pressed of in them.
struct Page<'a> {
    app: &'a App,
    who: &'a Account,
    policy: Arc<Policy>,
    pressed: BTreeMap<CaseId, BTreeSet<String>>,
}

impl<'a> Page<'a> {
    fn of(app: &'a App, who: &'a Account) -> Page<'a> {
        Page { app, who, policy: app.reception.desk.shown().policy, pressed: BTreeMap::new() }
    }

    fn show(&mut self, found: &[MessageRead], channel: &str) -> Vec<Value> {
        found.iter().map(|message| shown(message, &self.who.id, channel, &self.policy, &mut self.pressed)).collect()
    }

    /// What each of those cases that is open is to this person.
    async fn views(&self) -> Result<BTreeMap<CaseId, View>, Failure> {
        let person = PersonId::from(self.who.id.as_str());
        Ok(self.app.reception.answers.views(&person, &self.pressed).await?)
    }
}

/// What stands in a message of the transcript, or in a part of it.
#[derive(Default, Deserialize)]
struct Stands {
    text: Option<String>,
    #[serde(default)]
    files: Vec<File>,
    card: Option<Card>,
}

fn shown(
    message: &MessageRead,
    who: &str,
    channel: &str,
    policy: &Policy,
    pressed: &mut BTreeMap<CaseId, BTreeSet<String>>,
) -> Value {
    let mut parts = message.bodies().map(|body| serde_json::from_str::<Stands>(body).unwrap_or_default());
    let stands = parts.next().unwrap_or_default();
    let card = Card::of_parts(stands.card.into_iter().chain(parts.filter_map(|part| part.card)));
    for button in card.iter().flat_map(|card| &card.buttons) {
        if let Some(case) = button.case() {
            pressed.entry(case).or_default().insert(button.action.clone());
        }
    }
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
            let (who, id) = (percent(who), percent(&message.id));
            let url = format!("/room/api/files/{}/{name}?as={who}&message={id}", file.sha256);
            json!({ "name": file.name, "bytes": file.bytes, "url": url })
        })
        .collect();
    json!({
        "id": message.id,
        "channel": channel,
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
pub(super) fn percent(name: &str) -> String {
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

/// The last signed head of the ledger: what is printed names it.
async fn head(State(app): State<App>) -> Result<Json<Value>, Failure> {
    let signed = app.reader.last_checkpoint().await?;
    Ok(Json(match signed {
        Some((size, at_us, _)) => {
            json!({ "size": size, "root": app.reader.root(size.unsigned_abs()).await?.to_string(), "at_us": at_us })
        }
        None => json!({ "size": 0, "root": null, "at_us": null }),
    }))
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
